import { parseResource } from './resource.ts';
import type { Machine, TaskState } from './schema.ts';
import { graphsOf, statesOf } from './walk.ts';

const checkTask = (task: TaskState, path: string, resources: ReadonlySet<string>): string[] => {
  const resource = parseResource(task.Resource);
  if (resource === undefined || !resources.has(resource.integration)) {
    return [`SCHEMA_VALIDATION_FAILED: The resource provided ${task.Resource} is not recognized at ${path}/Resource`];
  }
  // Only who holds a token can send a heartbeat: on any other task the field could do nothing but fail it.
  if (task.HeartbeatSeconds !== undefined && !resource.waitsForToken) {
    return [
      `SCHEMA_VALIDATION_FAILED: HeartbeatSeconds is only implemented with .waitForTaskToken at ${path}/HeartbeatSeconds`,
    ];
  }
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = task;
  return typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout
    ? [`SCHEMA_VALIDATION_FAILED: HeartbeatSeconds must be less than TimeoutSeconds at ${path}/HeartbeatSeconds`]
    : [];
};

/** Every task calls something that is there. */
export const checkTasks = (machine: Machine, resources: ReadonlySet<string>): string[] =>
  [...graphsOf(machine)].flatMap(({ graph, path }) =>
    statesOf(graph, path).flatMap(({ state, path: at }) =>
      state.Type === 'Task' ? checkTask(state, at, resources) : [],
    ),
  );
