import { describe, expect, test } from 'vitest';
import { contract } from '../../../core/contract/index.ts';
import { flavor } from '../../../tests/fakes/data.ts';
import { createRequest, draftOf, emptyFlavorDraft, setRequest } from './flavor-draft.ts';

describe('the form of a flavor', () => {
  test('asks for what the contract takes, once it has a name', () => {
    const accepts = (draft: typeof emptyFlavorDraft): boolean =>
      contract['flavor.create'].input.safeParse(createRequest(draft)).success;
    expect(accepts(emptyFlavorDraft)).toBe(false);
    expect(accepts({ ...emptyFlavorDraft, name: 'm1.desk' })).toBe(true);
  });

  test('takes out the extra specs that were removed, and keeps the others', () => {
    const before = {
      ...flavor('f', 1, 128, 1),
      extraSpecs: { 'hw:cpu_policy': 'shared', 'hw:boot_menu': 'true' },
    };
    const draft = draftOf(before);
    const kept = { ...draft, extraSpecs: draft.extraSpecs.filter(({ key }) => key !== 'hw:boot_menu') };
    expect(setRequest(before, kept)).toEqual({
      ref: before.id,
      description: null,
      extraSpecs: { 'hw:cpu_policy': 'shared' },
      unsetExtraSpecs: ['hw:boot_menu'],
    });
  });
});
