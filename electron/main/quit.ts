import { dialog } from 'electron';
import { Settings, Task } from '../../core/contract/index.ts';
import type { ControlPlane } from '../../core/control-plane.ts';
import { processCaller } from '../../core/identity/context.ts';

const WORDS = {
  en: {
    message: 'Quit while a transfer is running?',
    detail: 'Nothing is lost, but it begins anew when Micronova is open again:',
    quit: 'Quit',
    stay: 'Keep open',
  },
  vi: {
    message: 'Thoát trong khi đang truyền dữ liệu?',
    detail: 'Không mất gì, nhưng việc truyền sẽ bắt đầu lại từ đầu khi Micronova mở lại:',
    quit: 'Thoát',
    stay: 'Tiếp tục mở',
  },
} as const;

/** Tasks that would have to begin anew; all others go on where they were. */
async function transfers(plane: ControlPlane): Promise<Task[]> {
  const tasks = Task.array().parse(await plane.call('task.list', {}, processCaller()));
  return tasks.filter((task) => task.state === 'running' && task.progress?.total);
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
    const running = await transfers(plane);
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
