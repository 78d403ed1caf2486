import { dialog } from 'electron';
import { Settings, Task } from '../../core/contract/index.ts';
import type { ControlPlane } from '../../core/control-plane.ts';
import { processCaller } from '../../core/identity/context.ts';

const WORDS = {
  en: {
    message: 'Quit while a file is being copied?',
    detail: 'It goes on when Micronova is open again, if the file is still there then:',
    quit: 'Quit',
    stay: 'Keep open',
  },
  vi: {
    message: 'Thoát trong khi đang sao chép tệp?',
    detail: 'Việc này sẽ tiếp tục khi Micronova mở lại, nếu lúc đó tệp vẫn còn:',
    quit: 'Thoát',
    stay: 'Tiếp tục mở',
  },
} as const;

/**
 * What may not be possible later: an image is made of a file that somebody else keeps, on a stick perhaps. All other work
 * has what it needs and goes on where it was, uploads and what waits for a host included.
 */
async function cannotWait(plane: ControlPlane): Promise<Task[]> {
  const tasks = Task.array().parse(await plane.call('task.list', {}, processCaller()));
  return tasks.filter(
    (task) => task.kind === 'image.create' && (task.state === 'running' || task.state === 'queued'),
  );
}

async function language(plane: ControlPlane): Promise<'en' | 'vi'> {
  const settings = Settings.parse(await plane.call('settings.get', {}, processCaller()));
  const wanted =
    settings.language === 'system' ? Intl.DateTimeFormat().resolvedOptions().locale : settings.language;
  return wanted.startsWith('vi') ? 'vi' : 'en';
}

/** Asks only when something cannot wait. */
export async function mayQuit(plane: ControlPlane): Promise<boolean> {
  try {
    const running = await cannotWait(plane);
    if (running.length === 0) return true;
    const words = WORDS[await language(plane)];
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: words.message,
      detail: [words.detail, ...running.map((task) => `• ${task.subject}`)].join('\n'),
      buttons: [words.stay, words.quit],
      defaultId: 0,
      cancelId: 0,
    });
    return response === 1;
  } catch {
    // A control plane that cannot answer any more must not keep the window open.
    return true;
  }
}
