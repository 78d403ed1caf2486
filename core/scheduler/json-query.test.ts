import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostState } from './host-state.ts';
import { readHostStates } from './host-states.ts';
import { holds, parseQuery, QueryError, unknownVariables } from './json-query.ts';
import { SchedulerKit } from './test-kit.ts';

let kit: SchedulerKit;
let host: HostState;
beforeEach(() => {
  kit = new SchedulerKit();
  kit.addHost('one', { cpuModel: null });
  const [state] = readHostStates(kit.database);
  if (state === undefined) throw new Error('the host is not there');
  host = state;
});
afterEach(() => kit[Symbol.dispose]());

const ask = (query: unknown) => holds(parseQuery(JSON.stringify(query)), host);

// The cases are those of nova/tests/unit/scheduler/filters/test_json_filters.py, by their meaning.
describe('a query', () => {
  it.each<[unknown, boolean]>([
    [['=', 1, 1], true],
    [['=', 1, 2], false],
    [['=', 'a', 'a', 'b'], false],
    [['<', 1, 2, 3], true],
    [['<', 1, 1], false],
    [['>', 2, 1], true],
    [['>', 2, 3], false],
    [['<=', 1, 1], true],
    [['<=', 2, 1], false],
    [['>=', 2, 2], true],
    [['>=', 2, 3], false],
    [['in', 1, 1, 2, 3], true],
    [['in', 4, 1, 2, 3], false],
    [['not', true], false],
    [['not', false], true],
    [['not', true, false], true],
    [['not', true, true], false],
    [['or', true, false], true],
    [['or', false, false], false],
    [['and', true, true], true],
    [['and', true, false], false],
    [['and', ['or', true, false], ['>', 2, 1]], true],
    [['and', ['not', ['=', 1, 1]], true], false],
    [[], true],
    [{}, true],
    [['>', 1], false],
    [['>', ['and', ['or', ['not', ['<', ['>=', ['<=', ['in']]]]]]]], false],
    [['=', '$........', 1, 1], true],
    [['=', '$foo', 2, 2], true],
    [['<', '10', 9], false],
  ])('%j: %s', (query, answer) => {
    expect(ask(query)).toBe(answer);
  });

  it.each<[unknown, boolean]>([
    [['=', '$host', 'one'], true],
    [['>=', '$free_ram_mb', 3584], true],
    [['>', '$free_ram_mb', 3584], false],
    [['=', '$free_disk_mb', 102_400], true],
    [['=', '$cpu_info.arch', 'x86_64'], true],
    [['=', '$cpu_info.model', 'qemu64'], false],
    [['=', '$hypervisor_version', 7_002_000], true],
    [['in', '$virt_type', 'kvm', 'qemu'], true],
    [['=', '$num_instances', 0], true],
  ])('of the host %j: %s', (query, answer) => {
    expect(ask(query)).toBe(answer);
  });

  it.each([
    ['{', 'is no JSON'],
    ['"="', 'must be a list: an operator and its terms'],
    ['7', 'must be a list: an operator and its terms'],
    ['{"a": 1}', 'must be a list: an operator and its terms'],
    ['["!=", 1, 2]', 'has the operator "!=", which is none of =, <, >, <=, >=, in, not, or, and'],
    ['["and", ["constructor", 1]]', 'has the operator "constructor", which'],
    ['[["=", 1, 1]]', 'has the operator ["=",1,1], which'],
    ['["=", {"a": 1}]', 'has a term that is neither'],
    [`${'["not",'.repeat(40)}true${']'.repeat(40)}`, 'is nested more than 32 deep'],
  ])('%s is refused', (text, words) => {
    expect(() => parseQuery(text)).toThrow(QueryError);
    expect(() => parseQuery(text)).toThrow(words);
  });

  it('names the variables that nobody tells', () => {
    const query = ['and', ['=', '$host', 'one'], ['or', ['>', '$free', 1], ['<', '$cpu_info.stepping', 2]]];
    expect(unknownVariables(parseQuery(JSON.stringify(query)))).toEqual(['$free', '$cpu_info.stepping']);
  });

  it('never fails in another way than with a reason', () => {
    const word = fc.constantFrom(
      '=',
      '<',
      '>',
      '<=',
      '>=',
      'in',
      'not',
      'or',
      'and',
      '$host',
      '$free_ram_mb',
      '$',
      '',
    );
    const term = fc.letrec((tie) => ({
      any: fc.oneof({ depthSize: 'small' }, word, fc.jsonValue(), fc.array(tie('any'), { maxLength: 4 })),
    }));
    fc.assert(
      fc.property(term.any, (query) => {
        try {
          expect([true, false]).toContain(ask(query));
        } catch (error) {
          expect(error).toBeInstanceOf(QueryError);
        }
      }),
    );
  });
});
