export const consoles = {
  state: {
    off: 'Off',
    connecting: 'Connecting…',
    open: 'Connected',
    ended: 'Disconnected',
  },
  off: 'The instance is off.',
  ended: 'The console was disconnected. It is tried again by itself.',
  reconnect: 'Reconnect now',
  find: 'Find…',
  paste: 'Paste',
  full: 'Full screen',
  leaveFull: 'Leave full screen (F11)',
  scale: 'Fit to window',
  ctrlAltDel: 'Ctrl-Alt-Del',
  type: 'Type clipboard',
  typeHint: 'Types the text of the clipboard, as if on a US keyboard',
};
