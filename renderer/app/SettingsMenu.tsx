import { Menu, UnstyledButton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Input } from '../../core/contract/index.ts';
import { call } from '../api/client.ts';
import { useAction } from '../api/use-action.ts';
import { useNova } from '../stores/nova.ts';
import { CheckIcon, SunIcon } from '../ui/icons.tsx';
import { PAGES } from './pages.ts';
import classes from './shell.module.css';

/** Colours and language. */
export function SettingsMenu(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const settings = useNova((state) => state.settings);
  const change = useAction((patch: Input<'settings.set'>) => call('settings.set', patch));

  const choice = (label: string, on: boolean, patch: Input<'settings.set'>): ReactNode => (
    <Menu.Item rightSection={on && <CheckIcon />} onClick={() => void change.run(patch)}>
      {label}
    </Menu.Item>
  );
  return (
    <Menu position="right-end" withinPortal width={200} closeOnItemClick={false}>
      <Menu.Target>
        <UnstyledButton className={classes.link}>
          <SunIcon />
          {t('app.settings')}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item closeMenuOnClick onClick={() => void navigate({ to: PAGES.settings })}>
          {t('app.allSettings')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('app.theme')}</Menu.Label>
        {choice(t('app.themeSystem'), settings?.theme === 'system', { theme: 'system' })}
        {choice(t('app.themeLight'), settings?.theme === 'light', { theme: 'light' })}
        {choice(t('app.themeDark'), settings?.theme === 'dark', { theme: 'dark' })}
        <Menu.Divider />
        <Menu.Label>{t('app.language')}</Menu.Label>
        {choice(t('app.languageSystem'), settings?.language === 'system', { language: 'system' })}
        {choice(t('app.english'), settings?.language === 'en', { language: 'en' })}
        {choice(t('app.vietnamese'), settings?.language === 'vi', { language: 'vi' })}
      </Menu.Dropdown>
    </Menu>
  );
}
