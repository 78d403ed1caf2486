/**
 * Projects, aggregates, server groups, traits and kept decisions; what instances carry for actions, ownership and drift;
 * what tasks carry to wait for a host. Units as in the first schema; a quota of −1 is no limit.
 */
export const controlPlane = {
  version: 2,
  sql: `
CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT, enabled INTEGER NOT NULL,
  quota_json TEXT NOT NULL,
  created_at TEXT NOT NULL, revision INTEGER NOT NULL
) STRICT;
-- The project that everything belonged to before there were several; whoever owns the desk has no limits there.
INSERT INTO projects VALUES (
  '00000000-0000-4000-8000-000000000001', 'admin', NULL, 1,
  '{"instances":-1,"cores":-1,"ram":-1,"keyPairs":100,"serverGroups":-1,"serverGroupMembers":-1,"metadataItems":128}',
  strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 0
);

CREATE TABLE server_groups (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL, policy TEXT NOT NULL, max_server_per_host INTEGER NOT NULL,
  project_id TEXT NOT NULL REFERENCES projects(id),
  created_at TEXT NOT NULL, revision INTEGER NOT NULL
) STRICT;

CREATE TABLE aggregates (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE, availability_zone TEXT, metadata_json TEXT NOT NULL,
  created_at TEXT NOT NULL, revision INTEGER NOT NULL
) STRICT;
CREATE TABLE aggregate_hosts (
  aggregate_id TEXT NOT NULL REFERENCES aggregates(id) ON DELETE CASCADE,
  host_id TEXT NOT NULL REFERENCES hosts(id) ON DELETE CASCADE,
  PRIMARY KEY (aggregate_id, host_id)
) STRICT;
CREATE INDEX aggregate_hosts_host ON aggregate_hosts(host_id);

-- null only on rows that are kept as history, once their project is gone
ALTER TABLE instances ADD COLUMN project_id TEXT REFERENCES projects(id) ON DELETE SET NULL;
UPDATE instances SET project_id = '00000000-0000-4000-8000-000000000001';
-- A domain's name is unique on its host only: guests of several hosts that are adopted may share one. The old column
-- cannot lose its constraint without a new table, so it holds what is unique anyway.
ALTER TABLE instances RENAME COLUMN domain_name TO domain_key;
ALTER TABLE instances ADD COLUMN domain_name TEXT NOT NULL DEFAULT '';
UPDATE instances SET domain_name = domain_key, domain_key = id;
CREATE INDEX instances_domain ON instances(domain_name);
ALTER TABLE instances ADD COLUMN user TEXT NOT NULL DEFAULT 'admin';
ALTER TABLE instances ADD COLUMN description TEXT;
ALTER TABLE instances ADD COLUMN tags_json TEXT NOT NULL DEFAULT '[]';
ALTER TABLE instances ADD COLUMN lock_json TEXT;
ALTER TABLE instances ADD COLUMN group_id TEXT REFERENCES server_groups(id) ON DELETE SET NULL;
ALTER TABLE instances ADD COLUMN hints_json TEXT NOT NULL DEFAULT '{}';
ALTER TABLE instances ADD COLUMN requested_zone TEXT;
ALTER TABLE instances ADD COLUMN host_checks INTEGER NOT NULL DEFAULT 1;
ALTER TABLE instances ADD COLUMN reclaim_at TEXT;
-- the state that a softly deleted instance goes back to
ALTER TABLE instances ADD COLUMN deleted_from TEXT;
-- the image that a rescued instance boots, and the state it was in before
ALTER TABLE instances ADD COLUMN rescue_json TEXT;
ALTER TABLE instances ADD COLUMN origin TEXT NOT NULL DEFAULT 'launched';
-- disks and NICs of an adopted guest, as they were recognised
ALTER TABLE instances ADD COLUMN adopted_json TEXT;
ALTER TABLE instances ADD COLUMN taken_over_json TEXT;
-- counts who has had the guest: a domain that carries a higher one is another's
ALTER TABLE instances ADD COLUMN control_generation INTEGER NOT NULL DEFAULT 1;
-- from whom it was taken over
ALTER TABLE instances ADD COLUMN previous_owner_json TEXT;
-- the definition on the host that we last agreed to
ALTER TABLE instances ADD COLUMN definition_xml TEXT;
CREATE INDEX instances_group ON instances(group_id);
CREATE INDEX instances_project ON instances(project_id);
-- what is counted for all hosts at once is read from these alone, without the rows
DROP INDEX instances_host;
CREATE INDEX instances_host ON instances(host_id, deleted_at);
DROP INDEX allocations_provider;
CREATE INDEX allocations_provider ON allocations(provider_id, resource_class, used);
-- looked up for every launch, and by whoever names an instance
CREATE INDEX instances_mac ON instances(mac);
CREATE INDEX instances_name ON instances(name);

CREATE INDEX instances_reclaim ON instances(reclaim_at) WHERE reclaim_at IS NOT NULL;

CREATE TABLE decisions (
  id INTEGER PRIMARY KEY,
  instance_id TEXT NOT NULL REFERENCES instances(id) ON DELETE CASCADE,
  request_id TEXT NOT NULL,
  action TEXT NOT NULL, at TEXT NOT NULL, decision_json TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_instance ON decisions(instance_id, id);
INSERT INTO decisions (instance_id, request_id, action, at, decision_json)
  SELECT id, coalesce((SELECT request_id FROM instance_actions a WHERE a.instance_id = instances.id AND a.action = 'create'), ''),
    'create', created_at, decision_json
  FROM instances WHERE decision_json IS NOT NULL;
ALTER TABLE instances DROP COLUMN decision_json;

ALTER TABLE tasks ADD COLUMN waits_for TEXT;
ALTER TABLE tasks ADD COLUMN expires_at TEXT;
-- order among those that wait for one host; a retried or moved task gets a new one
ALTER TABLE tasks ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
-- the action on the instance that it was asked for as: its guard is asked again before a waiting or a retried one begins
ALTER TABLE tasks ADD COLUMN action TEXT;
ALTER TABLE tasks ADD COLUMN parameters_json TEXT NOT NULL DEFAULT '{}';
-- may be asked for once more, should it fail
ALTER TABLE tasks ADD COLUMN retryable INTEGER NOT NULL DEFAULT 0;
UPDATE tasks SET waits_for = 'host' WHERE state = 'queued' AND kind IN ('instance.cleanup', 'image.cleanup');
CREATE INDEX tasks_instance ON tasks(instance_id, state);
CREATE INDEX tasks_host ON tasks(host_id, state, position);
CREATE INDEX tasks_kind ON tasks(kind, state, host_id);

CREATE TABLE provider_traits (
  provider_id TEXT NOT NULL REFERENCES resource_providers(id) ON DELETE CASCADE,
  trait TEXT NOT NULL,
  -- set by a person, and kept when the host tells its own anew
  custom INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (provider_id, trait)
) STRICT;

-- A consumer of kind 'foreign' is a guest that somebody else made: HOST/UUID.
ALTER TABLE consumers ADD COLUMN kind TEXT NOT NULL DEFAULT 'instance';
ALTER TABLE consumers ADD COLUMN name TEXT;

-- What changed since a revision is found without reading every row.
CREATE INDEX hosts_revision ON hosts(revision);
CREATE INDEX instances_revision ON instances(revision);
`,
} as const;
