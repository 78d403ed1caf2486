/**
 * The page's policy takes a `<style>` element only with this load's nonce. Mantine can be told (`getStyleNonce`), xterm.js
 * and Mantine's scroll lock cannot, so every style element made by a script of ours gets it where elements are made.
 * Markup that some attacker might get into the page is not made here and stays blocked.
 */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

const createElement = document.createElement.bind(document);

document.createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
  const element = createElement(name, options);
  if (element instanceof HTMLStyleElement) element.nonce = styleNonce;
  return element;
};
