import { createInstance, type i18n as I18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en/index.ts';
import { vi } from './vi/index.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app';
    returnNull: false;
    resources: { app: typeof en };
  }
}

export type Language = 'en' | 'vi';

/** What the desktop speaks, as far as we do. */
export function systemLanguage(): Language {
  return navigator.language.toLowerCase().startsWith('vi') ? 'vi' : 'en';
}

export const i18n: I18n = createInstance();

void i18n.use(initReactI18next).init({
  lng: systemLanguage(),
  fallbackLng: 'en',
  defaultNS: 'app',
  resources: { en: { app: en }, vi: { app: vi } },
  // React escapes what it renders.
  interpolation: { escapeValue: false },
});
