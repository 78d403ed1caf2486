import { Anchor, NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorBody, Flavor } from '../../../core/contract/index.ts';
import { useList } from '../../stores/nova.ts';
import { KeypairDialog } from '../keypair/KeypairDialog.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { bySize, type LaunchDraft } from './launch-draft.ts';
import classes from './launch.module.css';

interface Props {
  readonly draft: LaunchDraft;
  readonly onChange: (patch: Partial<LaunchDraft>) => void;
  /** what the last try was refused for */
  readonly error: ErrorBody | null;
}

function Option({ label, size }: { readonly label: string; readonly size: string | undefined }): ReactNode {
  return (
    <span className={classes.option}>
      <span>{label}</span>
      <span className={classes.size}>{size}</span>
    </span>
  );
}

function useSizes(): (flavor: Flavor) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (flavor) =>
    t('launch.sizeOf', {
      vcpus: t('unit.vcpus', { count: flavor.vcpus }),
      ram: format.mib(flavor.ram),
      disk: flavor.disk === 0 ? t('instances.detail.diskOfImage') : format.gib(flavor.disk),
    });
}

function ImageField({ draft, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const images = useList('images').toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <Select
      label={t('launch.image')}
      data={images.map((image) => ({
        value: image.id,
        label: image.name,
        disabled: image.status !== 'active',
      }))}
      value={draft.imageId}
      onChange={(imageId) => onChange({ imageId })}
      allowDeselect={false}
      searchable={images.length > 8}
      renderOption={({ option }) => {
        const image = images.find((each) => each.id === option.value);
        const size = image?.status === 'active' ? format.bytes(image.virtualSize) : t('launch.imageNotReady');
        return <Option label={option.label} size={size} />;
      }}
    />
  );
}

function FlavorField({ draft, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const sizeOf = useSizes();
  const flavors = useList('flavors').toSorted(bySize);
  const chosen = flavors.find((flavor) => flavor.id === draft.flavorId);
  return (
    <Select
      label={t('launch.flavor')}
      description={chosen && sizeOf(chosen)}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      data={flavors.map((flavor) => ({ value: flavor.id, label: flavor.name }))}
      value={draft.flavorId}
      onChange={(flavorId) => onChange({ flavorId })}
      allowDeselect={false}
      searchable={flavors.length > 8}
      renderOption={({ option }) => {
        const flavor = flavors.find((each) => each.id === option.value);
        return <Option label={option.label} size={flavor && sizeOf(flavor)} />;
      }}
    />
  );
}

function KeyField({ draft, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const keypairs = useList('keypairs').toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <div>
      <Select
        label={t('launch.key')}
        data={keypairs.map((keypair) => keypair.name)}
        value={draft.keyName}
        placeholder={t('launch.noKey')}
        onChange={(keyName) => onChange({ keyName })}
        clearable
      />
      {draft.keyName === null && (
        <Text size="xs" c="var(--nova-warn)" mt={4}>
          {t('launch.noKeyWarning')}{' '}
          <Anchor component="button" type="button" inherit onClick={() => setAdding(true)}>
            {t('keypairs.add')}
          </Anchor>
        </Text>
      )}
      {adding && (
        <KeypairDialog onClose={() => setAdding(false)} onCreated={(keyName) => onChange({ keyName })} />
      )}
    </div>
  );
}

function HostField({ draft, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const hosts = useList('hosts').toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <Select
      label={t('launch.host')}
      data={hosts.map((host) => ({ value: host.id, label: host.name }))}
      value={draft.hostId}
      placeholder={t('launch.automatic')}
      onChange={(hostId) => onChange({ hostId })}
      clearable
    />
  );
}

/** What every launch needs. */
export function LaunchFields(props: Props): ReactNode {
  const { t } = useTranslation();
  const { draft, onChange, error } = props;
  return (
    <>
      <TextInput
        label={t('launch.name')}
        value={draft.name}
        maxLength={255}
        error={error?.field === 'name' ? error.message : draft.name.trim() === '' && t('form.required')}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <ImageField {...props} />
      <FlavorField {...props} />
      <KeyField {...props} />
      <HostField {...props} />
      <NumberInput
        label={t('launch.count')}
        description={draft.count > 1 && t('launch.countHint')}
        min={1}
        max={100}
        allowDecimal={false}
        w={140}
        value={draft.count}
        onChange={(count) => typeof count === 'number' && count >= 1 && onChange({ count })}
      />
    </>
  );
}
