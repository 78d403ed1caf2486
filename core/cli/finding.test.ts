import { describe, expect, it } from 'vitest';
import type { Finding } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { FakePlane, runFake } from './test-kit.ts';
import { aHost, UUID } from './test-objects.ts';

const HOSTS = { 'host.list': () => [aHost()] };

function aFinding(values: Partial<Finding> = {}): Finding {
  return {
    id: 'drift:h:i',
    kind: 'drift',
    hostId: UUID.host,
    hostName: 'h1',
    instanceId: UUID.instance,
    subject: 'web',
    detail: 'Somebody changed the definition on the host.',
    foundAt: '2026-01-31T12:00:00.000Z',
    bytes: null,
    definitions: {
      ours: '<domain>\n  <vcpu>1</vcpu>\n</domain>\n',
      host: '<domain>\n  <vcpu>2</vcpu>\n</domain>\n',
    },
    resolutions: ['accept_host', 'restore_ours'],
    ...values,
  };
}

const volume = aFinding({
  id: 'v',
  kind: 'orphan_volume',
  bytes: 2048,
  definitions: null,
  resolutions: ['remove'],
});

describe('finding', () => {
  it('list tells what there is, after a look of its own', async () => {
    const plane = new FakePlane({ ...HOSTS, 'finding.list': () => [aFinding(), volume] });
    const argv = ['finding', 'list', '--host', 'h1', '--kind', 'orphan_volume', '-f', 'json'];
    const { code, out } = await runFake(plane, argv);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([
      { ID: 'v', Kind: 'orphan_volume', Subject: 'web', Host: 'h1', Size: 2048, Resolutions: ['remove'] },
    ]);
    expect(plane.inputs('finding.list')).toEqual([{ host: 'h1', look: true }]);
  });

  it('show tells the difference', async () => {
    const plane = new FakePlane({ ...HOSTS, 'finding.list': () => [aFinding()] });
    const { out } = await runFake(plane, ['finding', 'show', 'drift:h:i', '-f', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      difference: '  <domain>\n-   <vcpu>1</vcpu>\n+   <vcpu>2</vcpu>\n  </domain>',
      subject: 'web',
    });
  });

  it('show says when it is gone', async () => {
    const plane = new FakePlane({ ...HOSTS, 'finding.list': () => [] });
    const { code, err } = await runFake(plane, ['finding', 'show', 'x']);
    expect(code).toBe(1);
    expect(err).toContain('There is no finding x.');
  });

  it('resolve does all, and tells those that could not be done', async () => {
    const plane = new FakePlane({
      ...HOSTS,
      'finding.list': () => [],
      'finding.resolve': ({ id }) => {
        if (id === 'b') throw new ExpectedError('host.in_use', 'in use');
        return {};
      },
    });
    const { code, err } = await runFake(plane, ['finding', 'resolve', 'a', 'b', 'c', '--how', 'remove']);
    expect(code).toBe(1);
    expect(err).toContain('in use');
    expect(plane.inputs('finding.resolve').map((input) => (input as { id: string }).id)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('resolve has to be told how', async () => {
    const plane = new FakePlane(HOSTS);
    const { code } = await runFake(plane, ['finding', 'resolve', 'a']);
    expect(code).toBe(2);
    expect(plane.calls).toEqual([]);
  });
});
