import type { Flavor, Image, Instance, Keypair, Output, Parsed, Project } from '../../contract/index.ts';
import { hostnameOf } from '../../domain/hostname.ts';
import type { RequestContext } from '../../identity/context.ts';
import { generateMac } from '../../network/mac.ts';
import { enqueue } from '../../queue/enqueue.ts';
import { startAction } from '../../state/actions.ts';
import type { Database, Reader, Tx } from '../../state/database.ts';
import { insertInstance } from '../../state/instances.ts';
import { q } from '../../state/query.ts';
import { findFlavor } from '../flavors.ts';
import { checkActive, findImage } from '../images.ts';
import { checkFlavorFits, namesFor } from './instance-checks.ts';
import { checkGroupProject, type Where, whereOf } from './instance-where.ts';
import { findKeypair } from '../keypairs.ts';
import { projectForNew } from '../projects.ts';
import { checkGroupMemberQuota, checkInstanceQuota, checkMetadataQuota } from '../quota.ts';

type Request = Parsed<'instance.create'>;

/** What the references of a request mean, checked to go together. */
function chooseParts(reader: Reader, request: Request) {
  const flavor = findFlavor(reader, request.flavor, 'flavor');
  const image = findImage(reader, request.image, 'image');
  checkActive(reader, image, 'image');
  checkFlavorFits(flavor, image);
  return { flavor, image, where: whereOf(reader, request) };
}

/** libvirt's name of a domain: like Nova's template, and different in every Micronova that uses the same host. */
function domainNameOf(id: string): string {
  return `micronova-${id.slice(0, 8)}`;
}

function freshId(tx: Tx): string {
  for (;;) {
    const id = tx.uuid();
    const taken = q.selectFrom('instances').select('id').where('domain_name', '=', domainNameOf(id));
    if (tx.first(taken) === undefined) return id;
  }
}

/** Decided here, so that every try to build asks for the same one. */
function freshMac(tx: Tx): string {
  for (;;) {
    const mac = generateMac(tx.uuid());
    if (tx.first(q.selectFrom('instances').select('id').where('mac', '=', mac)) === undefined) return mac;
  }
}

interface Parts {
  readonly flavor: Flavor;
  readonly image: Image;
  readonly keypair: Keypair | null;
  readonly where: Where;
  readonly project: Project;
}

function insertOne(tx: Tx, name: string, request: Request, parts: Parts, user: string): Instance {
  const id = freshId(tx);
  const { createdAt: _createdAt, revision: _revision, ...flavor } = parts.flavor;
  return insertInstance(tx, {
    id,
    name,
    hostname: hostnameOf(name, `server-${id}`),
    domainName: domainNameOf(id),
    flavor,
    imageId: parts.image.id,
    imageName: parts.image.name,
    keyName: parts.keypair?.name ?? null,
    publicKey: parts.keypair?.publicKey ?? null,
    userData: request.userData?.replace(/\s/g, '') ?? null,
    metadata: request.metadata,
    mac: freshMac(tx),
    requestedHostId: parts.where.requestedHostId,
    hostChecks: parts.where.hostChecks,
    groupId: parts.where.group?.id ?? null,
    description: request.description,
    tags: request.tags,
    hints: parts.where.hints,
    requestedZone: parts.where.availabilityZone,
    projectId: parts.project.id,
    user,
  });
}

/** All rows and all tasks in one transaction: either every instance is on its way, or none is. */
export function createInstances(
  database: Database,
  request: Request,
  { requestId, user }: RequestContext,
): Output<'instance.create'> {
  const names = namesFor(request.name, request.count);
  return database.write((tx) => {
    const keypair = request.keyName === null ? null : findKeypair(tx, request.keyName, 'keyName');
    const project = projectForNew(tx, request.project);
    const parts = { ...chooseParts(tx, request), keypair, project };
    checkInstanceQuota(tx, project, { flavor: parts.flavor, count: names.length });
    checkMetadataQuota(project, request.metadata);
    checkGroupProject(parts.where, project);
    const { group } = parts.where;
    if (group !== null) checkGroupMemberQuota(tx, project, group.id, names.length);
    return names.map((name) => {
      const instance = insertOne(tx, name, request, parts, user);
      startAction(tx, { instanceId: instance.id, requestId }, 'create', user);
      const taskId = enqueue(tx, {
        kind: 'instance.create',
        input: { instanceId: instance.id },
        subject: name,
        instanceId: instance.id,
        requestId,
        cancellable: true,
        lane: 'conductor',
      });
      return { instance, taskId };
    });
  });
}
