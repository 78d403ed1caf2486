import { TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Input, Instance } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { fromPairs, type Pair, PairsEditor, toPairs } from '../../ui/PairsEditor.tsx';
import type { InstanceFormProps } from './form-props.ts';

/** Only what was changed is sent: another window may have changed the rest meanwhile. */
export function changesOf(
  instance: Instance,
  draft: Pick<Instance, 'name' | 'hostname' | 'tags' | 'metadata'> & { readonly description: string },
): Input<'instance.set'> {
  const description = draft.description.trim() === '' ? null : draft.description;
  const gone = Object.keys(instance.metadata).filter((key) => !Object.hasOwn(draft.metadata, key));
  const set = Object.entries(draft.metadata).filter(([key, value]) => instance.metadata[key] !== value);
  return {
    ref: instance.id,
    ...(draft.name.trim() !== instance.name && { name: draft.name.trim() }),
    ...(draft.hostname !== instance.hostname && { hostname: draft.hostname }),
    ...(description !== instance.description && { description }),
    ...(draft.tags.join() !== instance.tags.join() && { tags: [...draft.tags] }),
    ...(set.length > 0 && { metadata: Object.fromEntries(set) }),
    ...(gone.length > 0 && { unsetMetadata: gone }),
  };
}

/** What an instance is called and what is said about it. */
export function DetailsDialog({ instance, onClose }: InstanceFormProps): ReactNode {
  const { t } = useTranslation();
  const [name, setName] = useState(instance.name);
  const [hostname, setHostname] = useState(instance.hostname);
  const [description, setDescription] = useState(instance.description ?? '');
  const [tags, setTags] = useState<readonly string[]>(instance.tags);
  const [pairs, setPairs] = useState<readonly Pair[]>(() => toPairs(instance.metadata));
  const change = useAction(() =>
    call(
      'instance.set',
      changesOf(instance, { name, hostname, description, tags: [...tags], metadata: fromPairs(pairs) }),
    ),
  );
  const save = async (): Promise<void> => {
    if (await change.run()) onClose();
  };
  const refused = (field: string) => (change.error?.field === field ? change.error.message : undefined);
  return (
    <FormDialog
      title={t('instances.form.detailsTitle', { name: instance.name })}
      submit={t('action.save')}
      busy={change.busy}
      blocked={name.trim() === ''}
      onSubmit={() => void save()}
      error={change.error}
      onClose={onClose}
    >
      <TextInput
        label={t('instances.form.name')}
        value={name}
        maxLength={255}
        data-autofocus
        error={refused('name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={t('instances.form.hostname')}
        description={t('instances.form.hostnameHint')}
        value={hostname}
        maxLength={63}
        error={refused('hostname')}
        onChange={(event) => setHostname(event.currentTarget.value)}
      />
      <Textarea
        label={t('instances.form.description')}
        autosize
        maxRows={6}
        value={description}
        error={refused('description')}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <TagsInput
        label={t('instances.form.tags')}
        description={t('instances.form.tagsHint')}
        value={[...tags]}
        maxTags={50}
        error={refused('tags')}
        onChange={setTags}
      />
      <div>
        <Text size="sm" fw={500} mb={4}>
          {t('launch.metadata')}
        </Text>
        <PairsEditor pairs={pairs} onChange={setPairs} error={refused('metadata')} />
      </div>
    </FormDialog>
  );
}
