import { describe, expect, test } from 'vitest';
import { contract } from '../../../core/contract/index.ts';
import { flavor, image, keypair } from '../../../tests/fakes/data.ts';
import { firstDraft, requestOf, suggestName } from './launch-draft.ts';

const tiny = image('tiny', { createdAt: '2026-01-01T00:00:00.000Z', minRam: 96 });
const large = image('large', { createdAt: '2026-01-02T00:00:00.000Z', virtualSize: 30 * 1024 ** 3 });
const nano = flavor('m1.nano', 1, 128, 1);
const medium = flavor('m1.medium', 2, 4096, 40);
const choices = {
  images: [large, tiny],
  flavors: [medium, nano],
  keypairs: [keypair('desk')],
  names: new Set<string>(),
};

describe('the first draft of a launch', () => {
  test('can be launched as it is', () => {
    const draft = firstDraft(choices);
    expect(draft).toMatchObject({
      name: 'tiny-1',
      imageId: tiny.id,
      flavorId: nano.id,
      keyName: 'desk',
      count: 1,
    });
    expect(contract['instance.create'].input.safeParse(requestOf(draft)).success).toBe(true);
  });

  test('takes the smallest flavor that holds the image', () => {
    expect(firstDraft({ ...choices, images: [large] }).flavorId).toBe(medium.id);
  });

  test('leaves out images that are not ready, and asks for nothing when there is none', () => {
    const draft = firstDraft({ ...choices, images: [image('new', { status: 'saving' })] });
    expect(draft.imageId).toBeNull();
    expect(requestOf(draft)).toBeNull();
  });

  test('finds the first free name, fit for a host name', () => {
    expect(suggestName(image('My Image!'), new Set(['my-image--1']))).toBe('my-image--2');
    expect(suggestName(undefined, new Set())).toBe('instance-1');
  });

  test('sends user data as base64 of UTF-8, a file before the text', () => {
    const draft = { ...firstDraft(choices), userText: '#!/bin/sh\necho chào' };
    expect(Buffer.from(requestOf(draft)?.userData ?? '', 'base64').toString('utf8')).toBe(
      '#!/bin/sh\necho chào',
    );
    const file = { name: 'x', base64: 'AAAA' };
    expect(requestOf({ ...draft, userFile: file })?.userData).toBe('AAAA');
  });
});
