import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatAge, formatBytes, formatDuration, formatGib, formatInstant, formatMib } from './format.ts';

export interface Format {
  bytes(value: number): string;
  mib(value: number): string;
  gib(value: number): string;
  duration(milliseconds: number): string;
  age(iso: string, now: number): string;
  instant(iso: string): string;
}

/** Figures and instants in the page's language. */
export function useFormat(): Format {
  const { i18n, t } = useTranslation();
  const language = i18n.language;
  return useMemo(
    () => ({
      bytes: (value) => formatBytes(value, language),
      mib: (value) => formatMib(value, language),
      gib: (value) => formatGib(value, language),
      duration: (milliseconds) => formatDuration(milliseconds, language),
      age: (iso, now) => formatAge(Date.parse(iso), now, language) ?? t('time.now'),
      instant: (iso) => formatInstant(iso, language),
    }),
    [language, t],
  );
}
