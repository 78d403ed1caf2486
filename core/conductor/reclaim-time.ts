import { timestamp } from '../domain/time.ts';
import type { Reader } from '../state/database.ts';
import { getSettings } from '../state/settings.ts';

/**
 * When an instance that is softly deleted now is gone for good. `reclaim_instance_interval` in nova/conf/compute.py
 * @param now milliseconds since 1970
 */
export function reclaimTime(reader: Reader, now: number): string {
  return timestamp(new Date(now + getSettings(reader).reclaimInterval * 1000));
}
