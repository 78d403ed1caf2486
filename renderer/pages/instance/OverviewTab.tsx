import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../../core/contract/index.ts';
import { sshCommand } from '../../components/ssh-command.ts';
import { stepsOf, useActions } from '../../components/use-actions.ts';
import { useCopy } from '../../components/use-clipboard.ts';
import { useWords } from '../../i18n/use-words.ts';
import { useItem } from '../../stores/nova.ts';
import { CopyText } from '../../ui/CopyText.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Facts, type Fact } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { Timeline } from '../../ui/Timeline.tsx';
import { useFormat } from '../../ui/use-format.ts';
import classes from './instance-page.module.css';

interface Props {
  readonly instance: Instance;
}

function Access({ instance }: Props): ReactNode {
  const { t } = useTranslation();
  const copy = useCopy();
  const host = useItem('hosts', instance.hostId);
  const image = useItem('images', instance.imageId);
  const command = sshCommand(instance, host, image);
  const facts: Fact[] = instance.addresses.map((each) => ({
    label: each.network,
    value: <CopyText text={each.address} onCopy={copy} />,
  }));
  if (command === null)
    return <Panel title={t('instances.detail.access')}>{t('instances.detail.noAddress')}</Panel>;
  return (
    <Panel title={t('instances.detail.access')}>
      <Facts
        facts={[
          ...facts,
          { label: t('instances.detail.ssh'), value: <CopyText text={command} onCopy={copy} /> },
          { label: t('instances.column.key'), value: instance.keyName ?? t('form.none') },
          { label: t('instances.detail.mac'), value: instance.addresses[0]?.mac },
        ]}
      />
    </Panel>
  );
}

function Configuration({ instance }: Props): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { flavor } = instance;
  const disk = flavor.disk === 0 ? t('instances.detail.diskOfImage') : format.gib(flavor.disk);
  const size = [t('unit.vcpus', { count: flavor.vcpus }), format.mib(flavor.ram), disk].join(' · ');
  const extras: Fact[] = [
    ...(flavor.ephemeral > 0
      ? [{ label: t('instances.detail.ephemeral'), value: format.gib(flavor.ephemeral) }]
      : []),
    ...(flavor.swap > 0 ? [{ label: t('instances.detail.swap'), value: format.mib(flavor.swap) }] : []),
  ];
  return (
    <Panel title={t('instances.detail.configuration')}>
      <Facts
        facts={[
          {
            label: t('instances.column.flavor'),
            value: (
              <>
                {flavor.name}
                <Text size="xs" c="var(--nova-muted)">
                  {size}
                </Text>
              </>
            ),
          },
          ...extras,
          { label: t('instances.column.image'), value: instance.imageName ?? t('form.none') },
          {
            label: t('instances.detail.userData'),
            value: instance.hasUserData ? t('instances.detail.yes') : t('instances.detail.no'),
          },
        ]}
      />
    </Panel>
  );
}

function Placement({ instance }: Props): ReactNode {
  const { t } = useTranslation();
  const copy = useCopy();
  const word = useWords();
  return (
    <Panel
      title={t('instances.detail.placement')}
      aside={
        <Link
          to="/instances/$id"
          params={{ id: instance.id }}
          search={{ tab: 'decision' }}
          className={classes.why}
        >
          {instance.hostId === null ? t('instances.detail.whyNowhere') : t('instances.detail.why')}
        </Link>
      }
    >
      <Facts
        facts={[
          {
            label: t('instances.column.host'),
            value:
              instance.hostName === null ? (
                t('form.none')
              ) : (
                <Anchor component={Link} to="/hypervisors" inherit>
                  {instance.hostName}
                </Anchor>
              ),
          },
          { label: t('instances.column.power'), value: word('power', instance.powerState) },
          {
            label: t('instances.detail.domain'),
            value: <CopyText text={instance.domainName} onCopy={copy} />,
          },
          { label: t('instances.column.id'), value: <CopyText text={instance.id} onCopy={copy} /> },
          { label: t('instances.column.created'), value: <RelativeTime at={instance.createdAt} /> },
          {
            label: t('instances.detail.confirmed'),
            value: instance.seenAt === null ? t('time.never') : <RelativeTime at={instance.seenAt} />,
          },
        ]}
      />
    </Panel>
  );
}

function About({ instance }: Props): ReactNode {
  const { t } = useTranslation();
  const { description, tags, groupName, hints } = instance;
  const asked = Object.entries(hints).map(([hint, value]) => `${hint}: ${[value].flat().join(', ')}`);
  const facts: Fact[] = [
    { label: t('instances.detail.project'), value: instance.projectName },
    { label: t('instances.detail.user'), value: instance.user },
    ...(tags.length > 0 ? [{ label: t('instances.form.tags'), value: <Tags tags={tags} /> }] : []),
    ...(groupName === null ? [] : [{ label: t('instances.detail.group'), value: groupName }]),
    ...(instance.requestedZone === null
      ? []
      : [{ label: t('instances.detail.zone'), value: instance.requestedZone }]),
    ...(asked.length > 0 ? [{ label: t('instances.detail.hints'), value: asked.join('; ') }] : []),
    ...(instance.origin === 'adopted'
      ? [{ label: t('instances.detail.origin'), value: t('instances.detail.adopted') }]
      : []),
  ];
  return (
    <Panel title={t('instances.detail.about')}>
      {description !== null && (
        <Text size="sm" mb="xs" className={classes.description}>
          {description}
        </Text>
      )}
      <Facts facts={facts} />
    </Panel>
  );
}

function Tags({ tags }: { readonly tags: readonly string[] }): ReactNode {
  return (
    <Group gap={4}>
      {tags.map((tag) => (
        <Badge key={tag} variant="light" size="sm" tt="none" fw={500}>
          {tag}
        </Badge>
      ))}
    </Group>
  );
}

function Metadata({ instance }: Props): ReactNode {
  const { t } = useTranslation();
  const pairs = Object.entries(instance.metadata);
  if (pairs.length === 0) return null;
  return (
    <Panel title={t('instances.detail.metadata')}>
      <Facts facts={pairs.map(([label, value]) => ({ label, value }))} />
    </Panel>
  );
}

function Boot({ instance }: Props): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const { actions, error } = useActions(instance.id);
  const create = actions.find((action) => action.action === 'create');
  if (create === undefined) return <ErrorAlert error={error} />;
  const total =
    create.finishedAt === null ? null : Date.parse(create.finishedAt) - Date.parse(create.startedAt);
  return (
    <Panel
      title={t('instances.detail.boot')}
      aside={
        total !== null && (
          <Text size="xs" c="var(--nova-muted)">
            {t('instances.detail.bootTotal', { time: format.duration(total) })}
          </Text>
        )
      }
    >
      <Timeline steps={stepsOf(create, word)} />
    </Panel>
  );
}

function FaultAlert({ instance }: Props): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  if (instance.fault === null) return null;
  const { error, step } = instance.fault;
  return (
    <ErrorAlert
      error={error}
      title={
        instance.launchedAt === null
          ? t('instances.detail.faultTitle')
          : t('instances.detail.faultTitleLater')
      }
    >
      {step !== null && (
        <Text size="sm">{t('instances.detail.faultStep', { step: word('step', step) })}</Text>
      )}
    </ErrorAlert>
  );
}

export function OverviewTab({ instance }: Props): ReactNode {
  return (
    <Stack gap="md">
      <FaultAlert instance={instance} />
      <div className={classes.grid}>
        <div className={classes.column}>
          <Access instance={instance} />
          <Configuration instance={instance} />
          <About instance={instance} />
          <Metadata instance={instance} />
        </div>
        <div className={classes.column}>
          <Placement instance={instance} />
          <Boot instance={instance} />
        </div>
      </div>
    </Stack>
  );
}
