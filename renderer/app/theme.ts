import { Alert, createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

// An alert speaks through its edge and words; a whole red wall would shout.
const ALERT_TONES: Readonly<Record<string, string>> = {
  red: 'var(--nova-bad)',
  yellow: 'var(--nova-warn)',
  blue: 'var(--nova-busy)',
};

// A cold star's light: from pale sky to deep water.
const nova: MantineColorsTuple = [
  '#e8f5f9',
  '#d3e8ef',
  '#a6d0de',
  '#76b7cd',
  '#50a2be',
  '#3795b6',
  '#257fa0',
  '#16708f',
  '#0a5c77',
  '#00455b',
];

// Night with a little blue in it, rather than grey.
const dark: MantineColorsTuple = [
  '#d5dde2',
  '#a9b5bd',
  '#8494a0',
  '#5f707d',
  '#33424d',
  '#25323b',
  '#1a252d',
  '#121b21',
  '#0e151a',
  '#0a1014',
];

const gray: MantineColorsTuple = [
  '#f7f9f9',
  '#eff2f3',
  '#e3e8ea',
  '#d3dade',
  '#bcc6cc',
  '#98a5ad',
  '#75848d',
  '#54636c',
  '#35434b',
  '#1d292f',
];

export const theme = createTheme({
  primaryColor: 'nova',
  primaryShade: { light: 7, dark: 5 },
  colors: { nova, dark, gray },
  defaultRadius: 'sm',
  fontFamily:
    'Inter, "Segoe UI Variable Text", "Segoe UI", system-ui, -apple-system, "Noto Sans", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "Cascadia Mono", "SF Mono", "JetBrains Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.25rem' }, h2: { fontSize: '1rem' } } },
  cursorType: 'pointer',
  components: {
    Alert: Alert.extend({
      vars: (_theme, { color, variant }) => {
        const tone = ALERT_TONES[String(color)];
        if (tone === undefined || variant !== 'light') return { root: {} };
        return {
          root: {
            '--alert-bg': `color-mix(in srgb, ${tone} 9%, var(--nova-surface))`,
            '--alert-bd': `1px solid color-mix(in srgb, ${tone} 38%, transparent)`,
            '--alert-color': tone,
          },
        };
      },
    }),
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, multiline: true, maw: 360 } },
    Modal: { defaultProps: { centered: false, yOffset: '6vh', padding: 'lg' } },
  },
});

/** The few colours that carry meaning on our own surfaces; everything else is Mantine's. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-text': '#16212a',
    '--nova-page': '#f4f6f7',
    '--nova-surface': '#ffffff',
    '--nova-raised': '#ffffff',
    '--nova-line': '#e0e6e9',
    '--nova-hover': '#f2f6f8',
    '--nova-selected': '#e4f1f6',
    '--nova-muted': '#5d6c75',
    '--nova-ok': '#1f7a45',
    '--nova-busy': '#16708f',
    '--nova-warn': '#9a5b00',
    '--nova-bad': '#b3261e',
    '--nova-idle': '#64737c',
  },
  dark: {
    '--nova-page': '#0e151a',
    '--nova-surface': '#121b21',
    '--nova-raised': '#17222a',
    '--nova-line': '#222e37',
    '--nova-hover': '#18242c',
    '--nova-selected': '#14313d',
    '--nova-muted': '#8b9ba6',
    '--nova-ok': '#59c486',
    '--nova-busy': '#5cb8d6',
    '--nova-warn': '#e3a64a',
    '--nova-bad': '#f0837b',
    '--nova-idle': '#8797a2',
    '--mantine-color-body': '#121b21',
    '--mantine-color-text': '#d5dde2',
  },
});
