import type { Generated } from 'kysely';

/*
 * The tables as kysely sees them. Booleans are 0 or 1; columns that end in `_json` hold JSON; instants are ISO 8601 UTC.
 * Units: ram and swap MiB, disk GiB, file sizes bytes.
 */

export interface MetaTable {
  key: string;
  value: string;
}

export interface SettingsTable {
  key: string;
  value_json: string;
}

export interface FlavorsTable {
  id: string;
  name: string;
  vcpus: number;
  ram: number;
  disk: number;
  ephemeral: number;
  swap: number;
  is_public: number;
  description: string | null;
  extra_specs_json: string;
  created_at: string;
  revision: number;
}

export interface KeypairsTable {
  id: string;
  name: string;
  type: string;
  fingerprint: string;
  fingerprint_md5: string;
  public_key: string;
  created_at: string;
  revision: number;
}

export interface ImagesTable {
  id: string;
  name: string;
  status: string;
  disk_format: string;
  size: number;
  virtual_size: number;
  sha256: string | null;
  min_disk: number;
  min_ram: number;
  properties_json: string;
  created_at: string;
  revision: number;
}

export interface ImageCopiesTable {
  image_id: string;
  host_id: string;
  verified_at: string;
}

export interface HostsTable {
  id: string;
  name: string;
  address_json: string;
  enabled: number;
  disabled_reason: string | null;
  connection: string;
  connection_error_json: string | null;
  last_seen_at: string | null;
  retry_at: string | null;
  virt_mode: string;
  pool: string;
  network: string;
  facts_json: string | null;
  build_failures: Generated<number>;
  created_at: string;
  revision: number;
}

export interface InstancesTable {
  id: string;
  name: string;
  hostname: string;
  /** the id; see the second migration */
  domain_key: string;
  domain_name: string;
  vm_state: string;
  task_state: string | null;
  power_state: string;
  flavor_json: string;
  image_id: string | null;
  image_name: string | null;
  key_name: string | null;
  public_key: string | null;
  user_data: string | null;
  host_id: string | null;
  requested_host_id: string | null;
  mac: string;
  addresses_json: string;
  metadata_json: string;
  fault_json: string | null;
  launched_at: string | null;
  created_at: string;
  updated_at: string;
  seen_at: string | null;
  deleted_at: string | null;
  /** null only where `deleted_at` is set */
  project_id: string | null;
  user: string;
  description: string | null;
  tags_json: string;
  lock_json: string | null;
  group_id: string | null;
  hints_json: string;
  requested_zone: string | null;
  host_checks: number;
  reclaim_at: string | null;
  deleted_from: string | null;
  rescue_json: string | null;
  origin: Generated<string>;
  adopted_json: string | null;
  taken_over_json: string | null;
  control_generation: Generated<number>;
  previous_owner_json: string | null;
  definition_xml: string | null;
  revision: number;
}

export interface DecisionsTable {
  id: Generated<number>;
  instance_id: string;
  request_id: string;
  action: string;
  at: string;
  decision_json: string;
}

export interface ProjectsTable {
  id: string;
  name: string;
  description: string | null;
  enabled: number;
  quota_json: string;
  created_at: string;
  revision: number;
}

export interface ServerGroupsTable {
  id: string;
  name: string;
  policy: string;
  max_server_per_host: number;
  project_id: string;
  created_at: string;
  revision: number;
}

export interface AggregatesTable {
  id: string;
  name: string;
  availability_zone: string | null;
  metadata_json: string;
  created_at: string;
  revision: number;
}

export interface AggregateHostsTable {
  aggregate_id: string;
  host_id: string;
}

export interface InstanceActionsTable {
  instance_id: string;
  request_id: string;
  action: string;
  user: string;
  started_at: string;
  finished_at: string | null;
  result: string | null;
  message: string | null;
}

export interface InstanceActionEventsTable {
  id: Generated<number>;
  instance_id: string;
  request_id: string;
  name: string;
  host: string | null;
  started_at: string;
  finished_at: string | null;
  result: string | null;
  detail: string | null;
}

export interface TasksTable {
  id: string;
  kind: string;
  lane: string;
  state: string;
  subject: string;
  instance_id: string | null;
  image_id: string | null;
  host_id: string | null;
  request_id: string;
  input_json: string;
  memo_json: Generated<string>;
  cancellable: number;
  cancel_requested: Generated<number>;
  generation: Generated<number>;
  error_json: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  waits_for: string | null;
  expires_at: string | null;
  position: Generated<number>;
  action: string | null;
  parameters_json: Generated<string>;
  retryable: Generated<number>;
  revision: number;
}

export interface TaskStepsTable {
  task_id: string;
  seq: number;
  name: string;
  state: string;
  started_at: string;
  finished_at: string | null;
  error_json: string | null;
}

export interface ResourceProvidersTable {
  id: string;
  name: string;
  generation: Generated<number>;
}

export interface InventoriesTable {
  provider_id: string;
  resource_class: string;
  total: number;
  reserved: number;
  min_unit: number;
  max_unit: number;
  step_size: number;
  allocation_ratio: number;
}

export interface ProviderTraitsTable {
  provider_id: string;
  trait: string;
  custom: Generated<number>;
}

export interface ConsumersTable {
  id: string;
  generation: Generated<number>;
  kind: Generated<string>;
  name: string | null;
}

export interface AllocationsTable {
  consumer_id: string;
  provider_id: string;
  resource_class: string;
  used: number;
}

export interface Schema {
  meta: MetaTable;
  settings: SettingsTable;
  flavors: FlavorsTable;
  keypairs: KeypairsTable;
  images: ImagesTable;
  image_copies: ImageCopiesTable;
  hosts: HostsTable;
  instances: InstancesTable;
  instance_actions: InstanceActionsTable;
  instance_action_events: InstanceActionEventsTable;
  decisions: DecisionsTable;
  projects: ProjectsTable;
  server_groups: ServerGroupsTable;
  aggregates: AggregatesTable;
  aggregate_hosts: AggregateHostsTable;
  tasks: TasksTable;
  task_steps: TaskStepsTable;
  resource_providers: ResourceProvidersTable;
  inventories: InventoriesTable;
  provider_traits: ProviderTraitsTable;
  consumers: ConsumersTable;
  allocations: AllocationsTable;
}
