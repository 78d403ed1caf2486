/** The first schema. Units: ram MiB, disk GiB, sizes of files in bytes, instants ISO 8601 UTC. JSON columns end in `_json`. */
export const initial = {
  version: 1,
  sql: `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO meta VALUES ('revision', '0');

CREATE TABLE settings (key TEXT PRIMARY KEY, value_json TEXT NOT NULL) STRICT;

CREATE TABLE flavors (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  vcpus INTEGER NOT NULL, ram INTEGER NOT NULL, disk INTEGER NOT NULL, ephemeral INTEGER NOT NULL, swap INTEGER NOT NULL,
  is_public INTEGER NOT NULL, description TEXT, extra_specs_json TEXT NOT NULL,
  created_at TEXT NOT NULL, revision INTEGER NOT NULL
) STRICT;

CREATE TABLE keypairs (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL, fingerprint TEXT NOT NULL, fingerprint_md5 TEXT NOT NULL, public_key TEXT NOT NULL,
  created_at TEXT NOT NULL, revision INTEGER NOT NULL
) STRICT;

CREATE TABLE images (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL, status TEXT NOT NULL, disk_format TEXT NOT NULL,
  size INTEGER NOT NULL, virtual_size INTEGER NOT NULL, sha256 TEXT,
  min_disk INTEGER NOT NULL, min_ram INTEGER NOT NULL, properties_json TEXT NOT NULL,
  created_at TEXT NOT NULL, revision INTEGER NOT NULL
) STRICT;

CREATE TABLE hosts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  address_json TEXT NOT NULL,
  enabled INTEGER NOT NULL, disabled_reason TEXT,
  connection TEXT NOT NULL, connection_error_json TEXT, last_seen_at TEXT, retry_at TEXT,
  virt_mode TEXT NOT NULL, pool TEXT NOT NULL, network TEXT NOT NULL,
  facts_json TEXT,
  build_failures INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL, revision INTEGER NOT NULL
) STRICT;

CREATE TABLE image_copies (
  image_id TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE,
  host_id TEXT NOT NULL REFERENCES hosts(id) ON DELETE CASCADE,
  verified_at TEXT NOT NULL,
  PRIMARY KEY (image_id, host_id)
) STRICT;

CREATE TABLE instances (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL, hostname TEXT NOT NULL, domain_name TEXT NOT NULL UNIQUE,
  vm_state TEXT NOT NULL, task_state TEXT, power_state TEXT NOT NULL,
  flavor_json TEXT NOT NULL,
  image_id TEXT, image_name TEXT, key_name TEXT, public_key TEXT, user_data TEXT,
  host_id TEXT REFERENCES hosts(id) ON DELETE SET NULL,
  requested_host_id TEXT,
  mac TEXT NOT NULL,
  addresses_json TEXT NOT NULL, metadata_json TEXT NOT NULL,
  fault_json TEXT, decision_json TEXT,
  launched_at TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, seen_at TEXT, deleted_at TEXT,
  revision INTEGER NOT NULL
) STRICT;
CREATE INDEX instances_host ON instances(host_id);

CREATE TABLE instance_actions (
  instance_id TEXT NOT NULL REFERENCES instances(id) ON DELETE CASCADE,
  request_id TEXT NOT NULL,
  action TEXT NOT NULL, user TEXT NOT NULL,
  started_at TEXT NOT NULL, finished_at TEXT, result TEXT, message TEXT,
  PRIMARY KEY (instance_id, request_id)
) STRICT;

CREATE TABLE instance_action_events (
  id INTEGER PRIMARY KEY,
  instance_id TEXT NOT NULL, request_id TEXT NOT NULL,
  name TEXT NOT NULL, host TEXT, started_at TEXT NOT NULL, finished_at TEXT, result TEXT, detail TEXT,
  FOREIGN KEY (instance_id, request_id) REFERENCES instance_actions(instance_id, request_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX instance_action_events_action ON instance_action_events(instance_id, request_id);

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL, lane TEXT NOT NULL, state TEXT NOT NULL, subject TEXT NOT NULL,
  instance_id TEXT, image_id TEXT, host_id TEXT, request_id TEXT NOT NULL,
  input_json TEXT NOT NULL, memo_json TEXT NOT NULL DEFAULT '{}',
  cancellable INTEGER NOT NULL, cancel_requested INTEGER NOT NULL DEFAULT 0,
  generation INTEGER NOT NULL DEFAULT 0,
  error_json TEXT,
  created_at TEXT NOT NULL, started_at TEXT, finished_at TEXT, revision INTEGER NOT NULL
) STRICT;
CREATE INDEX tasks_state ON tasks(state, created_at);

CREATE TABLE task_steps (
  task_id TEXT NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  seq INTEGER NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
  started_at TEXT NOT NULL, finished_at TEXT, error_json TEXT,
  PRIMARY KEY (task_id, seq)
) STRICT;

CREATE TABLE resource_providers (
  id TEXT PRIMARY KEY REFERENCES hosts(id) ON DELETE CASCADE,
  name TEXT NOT NULL, generation INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE inventories (
  provider_id TEXT NOT NULL REFERENCES resource_providers(id) ON DELETE CASCADE,
  resource_class TEXT NOT NULL,
  total INTEGER NOT NULL, reserved INTEGER NOT NULL, min_unit INTEGER NOT NULL, max_unit INTEGER NOT NULL,
  step_size INTEGER NOT NULL, allocation_ratio REAL NOT NULL,
  PRIMARY KEY (provider_id, resource_class)
) STRICT;

CREATE TABLE consumers (
  id TEXT PRIMARY KEY,
  generation INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE allocations (
  consumer_id TEXT NOT NULL REFERENCES consumers(id) ON DELETE CASCADE,
  provider_id TEXT NOT NULL REFERENCES resource_providers(id) ON DELETE CASCADE,
  resource_class TEXT NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (consumer_id, provider_id, resource_class)
) STRICT;
CREATE INDEX allocations_provider ON allocations(provider_id);
`,
} as const;
