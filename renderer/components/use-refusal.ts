import type { TFunction } from 'i18next';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance, InstanceAction } from '../../core/contract/index.ts';
import { canDo, type Refusal } from '../../core/domain/instance-states.ts';
import { useWords } from '../i18n/use-words.ts';
import { useNova } from '../stores/nova.ts';

/** Why an action is not possible now, in the page's language; null when it is. */
export function useRefusal(): (action: InstanceAction, instance: Instance) => string | null {
  const { t } = useTranslation();
  const word = useWords();
  const hosts = useNova((state) => state.hosts.items);
  return useCallback(
    (action, instance) => {
      const host = instance.hostId === null ? undefined : hosts.get(instance.hostId);
      const answer = canDo(action, instance, host?.capabilities);
      return answer.allowed ? null : inWords(answer.refusal, t, word);
    },
    [t, word, hosts],
  );
}

function inWords(refusal: Refusal, t: TFunction, word: ReturnType<typeof useWords>): string {
  switch (refusal.why) {
    case 'busy':
      return t('instances.refused.busy', { task: word('taskState', refusal.task) });
    case 'state':
      return t('instances.refused.state', {
        needs: refusal.needs.map((state) => word('vmState', state)).join(t('words.or')),
        is: word('vmState', refusal.is),
      });
    case 'locked':
      return refusal.reason === null
        ? t('instances.refused.locked', { by: refusal.by })
        : t('instances.refused.lockedWhy', { by: refusal.by, reason: refusal.reason });
    case 'taken_over':
      return t('instances.refused.takenOver', { by: refusal.by });
    case 'adopted':
      return t('instances.refused.adopted');
    case 'deleting':
      return t('instances.refused.deleting');
    case 'not_yet':
      return t('instances.refused.notYet');
    case 'not_supported':
    default:
      return t('instances.refused.notSupported');
  }
}
