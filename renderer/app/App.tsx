import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { RouterProvider } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { I18nextProvider } from 'react-i18next';
import { i18n } from '../i18n/index.ts';
import { router } from './router.tsx';
import { SettingsEffects } from './SettingsEffects.tsx';
import { styleNonce } from './style-nonce.ts';
import { TaskNotices } from './TaskNotices.tsx';
import { cssVariables, theme } from './theme.ts';

export function App(): ReactNode {
  return (
    <I18nextProvider i18n={i18n}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        getStyleNonce={() => styleNonce}
      >
        <SettingsEffects />
        <Notifications position="bottom-right" limit={4} />
        <TaskNotices />
        <RouterProvider router={router} />
      </MantineProvider>
    </I18nextProvider>
  );
}
