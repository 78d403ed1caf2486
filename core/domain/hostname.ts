const LONGEST = 63;

// Letters that Unicode does not take apart into a base letter and a mark.
const PLAIN: Readonly<Record<string, string>> = { đ: 'd', ø: 'o', ł: 'l', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i' };

/**
 * The host name that a guest gets: its name, as far as DNS takes it. Accents go, where Nova drops the whole letter.
 * Source: `sanitize_hostname` in nova/utils.py.
 * @param fallback what it is called when nothing of the name is left
 */
export function hostnameOf(name: string, fallback: string): string {
  const hostname = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[đøłßæœı]/g, (letter) => PLAIN[letter] ?? '')
    .replace(/[\s_.]/g, '-')
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^-+/, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
  return hostname === '' ? fallback : hostname;
}
