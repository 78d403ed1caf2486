import { useMantineColorScheme } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { i18n, systemLanguage } from '../i18n/index.ts';
import { useNova } from '../stores/nova.ts';

/** Makes the page look and speak as the settings say, here and when the command line changes them. */
export function SettingsEffects(): ReactNode {
  const theme = useNova((state) => state.settings?.theme);
  const language = useNova((state) => state.settings?.language);
  const { setColorScheme } = useMantineColorScheme();

  useEffect(() => {
    if (theme !== undefined) setColorScheme(theme === 'system' ? 'auto' : theme);
  }, [theme, setColorScheme]);
  useEffect(() => {
    if (language === undefined) return;
    const wanted = language === 'system' ? systemLanguage() : language;
    document.documentElement.lang = wanted;
    void i18n.changeLanguage(wanted);
  }, [language]);
  return null;
}
