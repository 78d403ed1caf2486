import { NumberInput, Stack, Switch, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Input, SchedulerPart, Settings } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useQuery } from '../../api/use-query.ts';
import { useNova } from '../../stores/nova.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Panel } from '../../ui/Panel.tsx';
import classes from './scheduler.module.css';

type Change = NonNullable<Input<'settings.set'>['scheduler']>;

interface PartProps {
  readonly part: SchedulerPart;
  readonly settings: Settings['scheduler'];
  readonly onChange: (change: Change) => void;
}

function Described({
  part,
  children,
}: {
  readonly part: SchedulerPart;
  readonly children: ReactNode;
}): ReactNode {
  const { t } = useTranslation();
  return (
    <li className={classes.part}>
      <div>
        <Text size="sm" fw={600}>
          {part.name}
        </Text>
        <Text size="xs" c="var(--nova-muted)">
          {part.description}
          {part.reads.length > 0 && ` ${t('scheduling.reads', { keys: part.reads.join(', ') })}`}
        </Text>
      </div>
      {children}
    </li>
  );
}

function FilterPart({ part, settings, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const toggle = (on: boolean): void => {
    const others = settings.enabledFilters.filter((name) => name !== part.name);
    onChange({ enabledFilters: on ? [...others, part.name] : others });
  };
  return (
    <Described part={part}>
      <Switch
        checked={part.enabled}
        aria-label={t('scheduling.enable', { name: part.name })}
        onChange={(event) => toggle(event.currentTarget.checked)}
      />
    </Described>
  );
}

function WeigherPart({ part, settings, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const isDefault = part.multiplier === part.defaultMultiplier;
  const set = (value: string | number): void => {
    if (typeof value !== 'number' || value === part.multiplier) return;
    const { [part.name]: _before, ...others } = settings.multipliers;
    onChange({ multipliers: value === part.defaultMultiplier ? others : { ...others, [part.name]: value } });
  };
  return (
    <Described part={part}>
      <NumberInput
        w={130}
        size="xs"
        key={part.multiplier}
        defaultValue={part.multiplier ?? 0}
        aria-label={t('scheduling.multiplierOf', { name: part.name })}
        description={isDefault ? undefined : t('scheduling.usually', { value: part.defaultMultiplier })}
        onBlur={(event) => set(Number(event.currentTarget.value.replaceAll(',', '')))}
      />
    </Described>
  );
}

const LIMITS = ['hostSubsetSize', 'maxAttempts', 'maxInstancesPerHost', 'maxIoOpsPerHost'] as const;

function Limits({ settings, onChange }: Omit<PartProps, 'part'>): ReactNode {
  const { t } = useTranslation();
  return (
    <div className={classes.limits}>
      {LIMITS.map((name) => (
        <NumberInput
          key={name}
          size="xs"
          label={t(`scheduling.limit.${name}`)}
          min={1}
          allowDecimal={false}
          defaultValue={settings[name]}
          onBlur={(event) => {
            const value = Number(event.currentTarget.value);
            if (Number.isInteger(value) && value !== settings[name]) onChange({ [name]: value });
          }}
        />
      ))}
    </div>
  );
}

/** The rules: which filters are on, and how much each weigher counts. */
export function Parts(): ReactNode {
  const { t } = useTranslation();
  const settings = useNova((state) => state.settings);
  const { data = [], error } = useQuery('scheduler.parts', {}, settings);
  const change = useAction((scheduler: Change) => call('settings.set', { scheduler }));
  if (settings === null) return null;
  const props = { settings: settings.scheduler, onChange: (each: Change) => void change.run(each) };
  return (
    <Stack gap="md">
      <ErrorAlert error={change.error ?? error} />
      <Panel title={t('scheduling.filters')}>
        <ul className={classes.parts}>
          {data
            .filter((part) => part.kind === 'filter')
            .map((part) => (
              <FilterPart key={part.name} part={part} {...props} />
            ))}
        </ul>
      </Panel>
      <Panel title={t('scheduling.weighers')}>
        <ul className={classes.parts}>
          {data
            .filter((part) => part.kind === 'weigher')
            .map((part) => (
              <WeigherPart key={part.name} part={part} {...props} />
            ))}
        </ul>
      </Panel>
      <Panel title={t('scheduling.limits')}>
        <Limits {...props} />
      </Panel>
    </Stack>
  );
}
