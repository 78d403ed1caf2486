import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatAge, formatBytes, formatDuration, formatGib, formatInstant, formatMib } from './format.ts';

export interface Format {
  readonly bytes: (value: number) => string;
  readonly mib: (value: number) => string;
  readonly gib: (value: number) => string;
  readonly duration: (milliseconds: number) => string;
  readonly age: (iso: string, now: number) => string;
  readonly instant: (iso: string) => string;
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
