import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { en } from './en/index.ts';
import { errors as enErrors } from './en/errors.ts';
import { vi } from './vi/index.ts';
import { errors as viErrors } from './vi/errors.ts';

const RENDERER = join(import.meta.dirname, '..');

function leaves(node: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(node)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') found.set(at, value);
    else for (const [inner, text] of leaves(value as object, at)) found.set(inner, text);
  }
  return found;
}

function sources(): { file: string; text: string }[] {
  return readdirSync(RENDERER, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file) && !file.startsWith('i18n'))
    .map((file) => ({ file, text: readFileSync(join(RENDERER, file), 'utf8') }));
}

const english = leaves(en);
const vietnamese = leaves(vi);
const code = sources();
const all = code.map(({ text }) => text).join('\n');

/** `t(\`a.b.${x}\`)` uses every key that begins and ends like it. */
const patterns = [...all.matchAll(/`((?:[a-zA-Z]+\.)+[^`]*\$\{[^`]*)`/g)].map(
  ([, template = '']) => new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\$\{[^}]*\}/g, '.+')}$`),
);
/** `word('area', name)` uses the whole area. */
const areas = new Set([...all.matchAll(/\bword\(\s*'(\w+)'/g)].map(([, area]) => `words.${area}.`));

function isUsed(key: string): boolean {
  const base = key.replace(/_(?:one|other)$/, '');
  if (all.includes(`'${base}'`)) return true;
  if ([...areas].some((area) => key.startsWith(area))) return true;
  return patterns.some((pattern) => pattern.test(base));
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').toSorted();
}

describe('the message catalogues', () => {
  test('say nothing that nobody asks for', () => {
    expect([...english.keys()].filter((key) => !isUsed(key))).toEqual([]);
  });

  test('name the same figures and things in both languages', () => {
    const different = [...english].filter(
      ([key, text]) => placeholders(text).join() !== placeholders(vietnamese.get(key) ?? '').join(),
    );
    expect(different.map(([key]) => key)).toEqual([]);
  });

  test('leave no text empty or untranslated by oversight', () => {
    const empty = [...english, ...vietnamese].filter(([, text]) => text.trim() === '');
    expect(empty.filter(([key]) => key !== 'words.or').map(([key]) => key)).toEqual([]);
    // Two words or more that are the same in both languages were forgotten, unless they are a name.
    const same = [...english].filter(
      ([key, text]) => /[a-z]{3,}\s+[a-z]{3,}/.test(text) && vietnamese.get(key) === text,
    );
    expect(same.map(([key]) => key)).toEqual([]);
  });

  test('know every error in both languages', () => {
    for (const words of [...Object.values(enErrors), ...Object.values(viErrors)]) {
      expect(words.title).toMatch(/\S/);
      expect(words.remedy ?? 'none').toMatch(/\S/);
    }
  });
});

/** Text between tags, or in an attribute that a person reads. */
const LITERALS = [
  /(?<!=)>\s*([A-Za-z][^<>{}()=;]*[A-Za-z]{2,}[^<>{}()=;]*)</g,
  /\b(?:label|title|aria-label|description|text|alt)="([^"]*[A-Za-z]{2,}[^"]*)"/g,
];

describe('the pages', () => {
  test('keep their words in the catalogues', () => {
    const literal = code
      .filter(({ file }) => file.endsWith('.tsx'))
      .flatMap(({ file, text }) =>
        LITERALS.flatMap((pattern) =>
          [...text.matchAll(pattern)].map(([, words]) => `${file}: ${words?.trim()}`),
        ),
      );
    expect(literal).toEqual([]);
  });
});
