import { Button, Group, Pill, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { shell } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { LaunchWhere } from '../../components/LaunchWhere.tsx';
import { Disclosure } from '../../ui/Disclosure.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { PairsEditor } from '../../ui/PairsEditor.tsx';
import type { LaunchDraft } from './launch-draft.ts';

interface Props {
  readonly draft: LaunchDraft;
  readonly onChange: (patch: Partial<LaunchDraft>) => void;
}

function UserData({ draft, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const pick = useAction(async () => {
    const userFile = await shell('shell.pickUserData', {});
    if (userFile !== null) onChange({ userFile });
  });
  return (
    <Stack gap={6}>
      {draft.userFile === null ? (
        <Textarea
          label={t('launch.userData')}
          description={t('launch.userDataHint')}
          placeholder="#cloud-config"
          autosize
          minRows={3}
          maxRows={10}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
          value={draft.userText}
          onChange={(event) => onChange({ userText: event.currentTarget.value })}
        />
      ) : (
        <div>
          <Text size="sm" fw={500}>
            {t('launch.userData')}
          </Text>
          <Pill withRemoveButton onRemove={() => onChange({ userFile: null })}>
            {draft.userFile.name}
          </Pill>
        </div>
      )}
      <Button variant="subtle" size="compact-xs" w="fit-content" onClick={() => void pick.run()}>
        {t('launch.fromFile')}
      </Button>
      <ErrorAlert error={pick.error} />
    </Stack>
  );
}

/** What most launches do without. */
export function LaunchExtras({ draft, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Disclosure label={t('scheduling.whereTo')}>
        <LaunchWhere
          where={draft.where}
          onChange={(patch) => onChange({ where: { ...draft.where, ...patch } })}
        />
      </Disclosure>
      <More draft={draft} onChange={onChange} />
    </>
  );
}

function More({ draft, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  return (
    <Disclosure label={t('launch.more')}>
      <UserData draft={draft} onChange={onChange} />
      <TextInput
        label={t('instances.form.description')}
        value={draft.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      <TagsInput
        label={t('instances.form.tags')}
        description={t('instances.form.tagsHint')}
        value={[...draft.tags]}
        maxTags={50}
        onChange={(tags) => onChange({ tags })}
      />
      <Group gap={0}>
        <Text size="sm" fw={500}>
          {t('launch.metadata')}
        </Text>
      </Group>
      <PairsEditor pairs={draft.metadata} onChange={(metadata) => onChange({ metadata })} />
    </Disclosure>
  );
}
