import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type { ContractEvent, Reply, WindowBridge } from '../../core/contract/index.ts';

function invoke(channel: string, method: string, input: unknown): Promise<Reply> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `electron/ipc` answers these channels with a Reply
  return ipcRenderer.invoke(channel, method, input) as Promise<Reply>;
}

const bridge: WindowBridge = {
  call: (method, input) => invoke('micronova:call', method, input),
  shell: (method, input) => invoke('micronova:shell', method, input),
  subscribe(listener) {
    const onEvents = (_event: IpcRendererEvent, events: readonly ContractEvent[]): void => listener(events);
    ipcRenderer.on('micronova:events', onEvents);
    return () => {
      ipcRenderer.off('micronova:events', onEvents);
    };
  },
  openConsole(ticket) {
    const { port1, port2 } = new MessageChannel();
    ipcRenderer.postMessage('micronova:console', { ticket }, [port1]);
    // A port cannot pass through the bridge; a message to the page itself can carry one.
    window.postMessage({ type: 'micronova.console', ticket }, location.origin, [port2]);
  },
};

contextBridge.exposeInMainWorld('micronova', bridge);
