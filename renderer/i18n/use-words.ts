import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Catalogue } from './catalogue.ts';
import { en } from './en/index.ts';
import { vi } from './vi/index.ts';

type Area = {
  [K in keyof Catalogue['words']]: Catalogue['words'][K] extends string ? never : K;
}[keyof Catalogue['words']];

/** Says a name that the control plane uses; one that has no word yet is shown as it came. */
export function useWords(): (area: Area, name: string) => string {
  const { i18n } = useTranslation();
  return useCallback(
    (area, name) => {
      // Names hold dots and colons, which i18next would read as a path.
      const words: Readonly<Record<string, string>> = (i18n.language === 'vi' ? vi : en).words[area];
      return words[name] ?? name;
    },
    [i18n],
  );
}
