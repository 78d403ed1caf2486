import type { WebContents, WebFrameMain } from 'electron';
import { APP_ORIGIN } from '../main/security.ts';

/** True only for the top frame of our own window while it shows our own page. */
export function isOurPage(frame: WebFrameMain | null, window: WebContents): boolean {
  return frame !== null && frame === window.mainFrame && frame.origin === APP_ORIGIN;
}
