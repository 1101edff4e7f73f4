import { type CheckId, PREFLIGHT_CHECKS } from '../migration/preflight.ts';
import type { Check } from './check.ts';
import { BOTH_SIDES_CHECKS } from './checks/both-sides.ts';
import { CODE_CHECKS } from './checks/code.ts';
import { MEMORY_FIT_CHECKS } from './checks/memory-fit.ts';
import { SETTINGS_CHECKS } from './checks/settings.ts';
import { SOURCE_ADDRESS_CHECKS } from './checks/source-address.ts';
import { SOURCE_FENCE_CHECKS } from './checks/source-fence.ts';
import { SOURCE_FILE_CHECKS } from './checks/source-file.ts';
import { SOURCE_HEALTH_CHECKS } from './checks/source-health.ts';
import { SOURCE_KEYS_CHECKS } from './checks/source-keys.ts';
import { SOURCE_REACH_CHECKS } from './checks/source-reach.ts';
import { SOURCE_SYNC_CHECKS } from './checks/source-sync.ts';
import { SOURCE_TOPOLOGY_CHECKS } from './checks/source-topology.ts';
import { TARGET_DATA_CHECKS } from './checks/target-data.ts';
import { TARGET_GROUP_CHECKS } from './checks/target-group.ts';
import { TARGET_KIND_CHECKS } from './checks/target-kind.ts';
import { TARGET_MEMBERS_CHECKS } from './checks/target-members.ts';
import { TARGET_UNDOCUMENTED_CHECKS } from './checks/target-undocumented.ts';
import { TARGET_WINDOWS_CHECKS } from './checks/target-windows.ts';
import { VERSIONS_CHECKS } from './checks/versions.ts';

const ORDER = Object.keys(PREFLIGHT_CHECKS) as CheckId[];

/** Every check that has a rule, in the order of PREFLIGHT_CHECKS. */
export const CATALOGUE: readonly Check[] = [
  ...TARGET_GROUP_CHECKS,
  ...TARGET_KIND_CHECKS,
  ...TARGET_UNDOCUMENTED_CHECKS,
  ...TARGET_MEMBERS_CHECKS,
  ...TARGET_WINDOWS_CHECKS,
  ...TARGET_DATA_CHECKS,
  ...MEMORY_FIT_CHECKS,
  ...SETTINGS_CHECKS,
  ...VERSIONS_CHECKS,
  ...CODE_CHECKS,
  ...BOTH_SIDES_CHECKS,
  ...SOURCE_REACH_CHECKS,
  ...SOURCE_ADDRESS_CHECKS,
  ...SOURCE_TOPOLOGY_CHECKS,
  ...SOURCE_HEALTH_CHECKS,
  ...SOURCE_FENCE_CHECKS,
  ...SOURCE_FILE_CHECKS,
  ...SOURCE_KEYS_CHECKS,
  ...SOURCE_SYNC_CHECKS,
].toSorted((one, other) => ORDER.indexOf(one.id) - ORDER.indexOf(other.id));
