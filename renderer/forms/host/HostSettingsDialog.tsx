import { Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { VirtMode, type Host } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';

interface Props {
  readonly host: Host;
  readonly onClose: () => void;
}

interface Draft {
  readonly name: string;
  readonly virtMode: Host['virtMode'];
  readonly pool: string;
  readonly network: string;
  readonly cpuRatio: number;
  readonly ramRatio: number;
  readonly diskRatio: number;
  readonly reservedVcpus: number;
  readonly reservedRam: number;
  readonly reservedDisk: number;
}

function draftOf(host: Host): Draft {
  return {
    name: host.name,
    virtMode: host.virtMode,
    pool: host.pool,
    network: host.network,
    cpuRatio: host.vcpus.ratio,
    ramRatio: host.ram.ratio,
    diskRatio: host.disk.ratio,
    reservedVcpus: host.vcpus.reserved,
    reservedRam: host.ram.reserved,
    reservedDisk: host.disk.reserved,
  };
}

/** What a number field says while it is being emptied is no number yet. */
function take(set: (value: number) => void): (value: string | number) => void {
  return (value) => {
    if (typeof value === 'number') set(value);
  };
}

interface AmountProps {
  readonly label: string;
  readonly unit: string;
  readonly ratio: number;
  readonly reserved: number;
  readonly onRatio: (value: number) => void;
  readonly onReserved: (value: number) => void;
}

function AmountFields({ label, unit, ratio, reserved, onRatio, onReserved }: AmountProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Group gap="sm" wrap="nowrap" align="flex-end" role="group" aria-label={label}>
      <Text size="sm" w={80} pb={6}>
        {label}
      </Text>
      <NumberInput
        size="xs"
        flex={1}
        label={t('hypervisors.form.ratio')}
        min={0.1}
        max={128}
        step={0.5}
        value={ratio}
        onChange={take(onRatio)}
      />
      <NumberInput
        size="xs"
        flex={1}
        label={t('hypervisors.form.reserved')}
        suffix={unit}
        min={0}
        allowDecimal={false}
        value={reserved}
        onChange={take(onReserved)}
      />
    </Group>
  );
}

/** A host's name, how it virtualizes, where its disks go, and how much of it may be given out. */
export function HostSettingsDialog({ host, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(() => draftOf(host));
  const change = (patch: Partial<Draft>): void => setDraft((before) => ({ ...before, ...patch }));
  const save = useAction(() => call('host.set', { ref: host.id, ...draft }));
  const submit = async (): Promise<void> => {
    if (await save.run()) onClose();
  };
  return (
    <FormDialog
      title={t('hypervisors.form.settingsTitle', { name: host.name })}
      submit={t('action.save')}
      busy={save.busy}
      onSubmit={() => void submit()}
      error={save.error}
      onClose={onClose}
    >
      <Stack gap="sm">
        <TextInput
          label={t('hypervisors.form.name')}
          data-autofocus
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Select
          label={t('hypervisors.form.virtMode')}
          description={host.virtReason}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          allowDeselect={false}
          value={draft.virtMode}
          onChange={(virtMode) => change({ virtMode: VirtMode.parse(virtMode) })}
          data={[
            { value: 'automatic', label: t('hypervisors.form.virtAutomatic') },
            { value: 'kvm', label: t('hypervisors.form.virtKvm') },
            { value: 'emulation', label: t('hypervisors.form.virtEmulation') },
          ]}
        />
        <Group gap="sm" grow>
          <TextInput
            label={t('hypervisors.form.pool')}
            value={draft.pool}
            onChange={(event) => change({ pool: event.currentTarget.value })}
          />
          <TextInput
            label={t('hypervisors.form.network')}
            value={draft.network}
            onChange={(event) => change({ network: event.currentTarget.value })}
          />
        </Group>
        <div>
          <Text size="sm" fw={500}>
            {t('hypervisors.form.ratios')}
          </Text>
          <Text size="xs" c="var(--nova-muted)">
            {t('hypervisors.form.ratioHint')}
          </Text>
        </div>
        <AmountFields
          label={t('hypervisors.vcpus')}
          unit=""
          ratio={draft.cpuRatio}
          reserved={draft.reservedVcpus}
          onRatio={(cpuRatio) => change({ cpuRatio })}
          onReserved={(reservedVcpus) => change({ reservedVcpus })}
        />
        <AmountFields
          label={t('hypervisors.ram')}
          unit=" MiB"
          ratio={draft.ramRatio}
          reserved={draft.reservedRam}
          onRatio={(ramRatio) => change({ ramRatio })}
          onReserved={(reservedRam) => change({ reservedRam })}
        />
        <AmountFields
          label={t('hypervisors.disk')}
          unit=" GiB"
          ratio={draft.diskRatio}
          reserved={draft.reservedDisk}
          onRatio={(diskRatio) => change({ diskRatio })}
          onReserved={(reservedDisk) => change({ reservedDisk })}
        />
      </Stack>
    </FormDialog>
  );
}
