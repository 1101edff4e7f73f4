import { describe, expect, it } from 'vitest';
import { judgeLink } from '../../../functions/replication/link-state.ts';
import type { Reading } from '../../../functions/replication/shard-link.ts';
import { aMaster, aReplica, aSource, lookAt, OTHER_ID, unreadable } from '../support/nodes.ts';

const online = (lagSeconds: number) => ({ ip: '10.0.1.1', port: 6379, state: 'online', offset: 1, lagSeconds });

describe('a link', () => {
  it.each<[string, { source?: Reading; primary: Reading; laterOffset?: number }, object]>([
    ['the primary cannot be read', { primary: unreadable() }, { phase: 'linkLost', following: true }],
    ['the primary follows nobody', { primary: aMaster() }, { phase: 'connecting', following: false }],
    ['the primary loads', { primary: aReplica({ status: 'down', loading: true }) }, { phase: 'loading' }],
    [
      'the primary loads what is still being sent',
      { primary: aReplica({ status: 'down', syncInProgress: true, loading: true }) },
      { phase: 'loading' },
    ],
    ['the primary copies', { primary: aReplica({ status: 'down', syncInProgress: true }) }, { phase: 'copying' }],
    ['the link is down', { primary: aReplica({ status: 'down' }) }, { phase: 'linkLost', following: true }],
    ['the source cannot be read', { source: unreadable(), primary: aReplica() }, { phase: 'catchingUp' }],
    [
      'both have different replication ids',
      { primary: aReplica({}, { replicationId: OTHER_ID }) },
      { phase: 'catchingUp', foreign: expect.stringContaining(OTHER_ID) },
    ],
    [
      'the source lists nobody',
      { source: aSource({ replicas: [] }), primary: aReplica() },
      { phase: 'catchingUp', why: 'the source lists no replica as online' },
    ],
    [
      'the source lists a replica that is not online yet',
      { source: aSource({ replicas: [{ ...online(0), state: 'send_bulk' }] }), primary: aReplica() },
      { phase: 'catchingUp' },
    ],
    [
      'the target is behind',
      { source: aSource({ offset: 1500 }), primary: aReplica() },
      { phase: 'catchingUp', lagBytes: 500 },
    ],
    [
      'the target is still behind a moment later',
      { source: aSource({ offset: 1500 }), primary: aReplica(), laterOffset: 1499 },
      { phase: 'catchingUp', lagBytes: 500 },
    ],
    [
      'the target has caught up a moment later',
      { source: aSource({ offset: 1500 }), primary: aReplica(), laterOffset: 1500 },
      { phase: 'inSync', lagBytes: 500 },
    ],
    ['the target has everything', { primary: aReplica() }, { phase: 'inSync', lagBytes: 0, lagSeconds: 0 }],
    [
      'the target was read after the next write',
      { primary: aReplica({}, { offset: 1001 }) },
      { phase: 'inSync', lagBytes: 0 },
    ],
  ])('of which %s', (_, { source = aSource(), primary, laterOffset }, state) => {
    expect(judgeLink(lookAt(source, primary, laterOffset === undefined ? {} : { laterOffset }))).toMatchObject(state);
  });

  it('says why, and how long it has been down', () => {
    expect(judgeLink(lookAt(aSource(), aReplica({ status: 'down', downSinceSeconds: 9 }))).why).toBe(
      'the link from the primary to the source is down for 9 s',
    );
    expect(judgeLink(lookAt(aSource(), unreadable('10.0.1.1: refused'))).why).toContain('10.0.1.1: refused');
  });

  it('has no lag in seconds where it cannot be told which of several replicas is the target', () => {
    const others = aSource({ replicas: [online(0), online(30)] });

    expect(judgeLink(lookAt(others, aReplica()))).toMatchObject({ phase: 'inSync' });
    expect(judgeLink(lookAt(others, aReplica()))).not.toHaveProperty('lagSeconds');
  });

  it('has no lag in seconds where the source does not tell it', () => {
    const { lagSeconds: _, ...line } = online(0);
    const state = judgeLink(lookAt(aSource({ replicas: [line] }), aReplica()));

    expect(state.phase).toBe('inSync');
    expect(state).not.toHaveProperty('lagSeconds');
  });
});
