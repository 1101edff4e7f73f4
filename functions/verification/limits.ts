/*
 * What one call may cost a server. Redis does one thing at a time: a call must stay far under the 10 ms after which its
 * SLOWLOG notes a command.
 */

/** A longer string is compared piece by piece. */
export const SMALL_STRING_BYTES = 65_536;
/** A collection of more elements, or of more memory, is compared piece by piece. */
export const SMALL_ELEMENTS = 256;
export const SMALL_MEMORY_BYTES = 131_072;
/** A script call stops when it has done about so many microseconds of work (measured on redis-server 7.0.15). */
export const SCRIPT_EFFORT = 2000;
/** Keys that one SCAN call is asked for. */
export const WALK_KEYS = 200;
/** Of a string, in one call. */
export const STRING_PART_BYTES = 524_288;
/** Of a collection, in one call: as many elements as have about so many bytes, and never more than that many. */
export const PART_BYTES = 262_144;
export const PART_ELEMENTS = 1000;
/** The same of a hash, set or sorted set: HSCAN takes 1-4 µs for each (8 ms for 1000 of them, at the slowest of 1000 calls). */
export const PART_MEMBERS = 400;
