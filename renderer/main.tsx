// oxlint-disable import/no-unassigned-import -- styles and the nonce work by being loaded
import './app/style-nonce.ts';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './app/app.css';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { App } from './app/App.tsx';
import { feedNova } from './stores/nova.ts';

// zod would otherwise probe for eval, which the page's policy forbids and the console reports.
z.config({ jitless: true });

feedNova(window.micronova);

const root = document.querySelector('#root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(<App />);
