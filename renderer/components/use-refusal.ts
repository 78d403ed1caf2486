import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance, InstanceAction } from '../../core/contract/index.ts';
import { canDo } from '../../core/domain/instance-states.ts';
import { useWords } from '../i18n/use-words.ts';

/** Why an action is not possible now, in the page's language; null when it is. */
export function useRefusal(): (action: InstanceAction, instance: Instance) => string | null {
  const { t } = useTranslation();
  const word = useWords();
  return useCallback(
    (action, instance) => {
      const answer = canDo(action, instance.vmState, instance.taskState);
      if (answer.allowed) return null;
      const { refusal } = answer;
      if (refusal.why === 'deleting') return t('instances.refused.deleting');
      if (refusal.why === 'busy')
        return t('instances.refused.busy', { task: word('taskState', refusal.task) });
      return t('instances.refused.state', {
        needs: refusal.needs.map((state) => word('vmState', state)).join(t('words.or')),
        is: word('vmState', refusal.is),
      });
    },
    [t, word],
  );
}
