/** The part of noVNC that is used here; its documents are in the package's `docs/API.md`. */
declare module '@novnc/novnc' {
  /** What noVNC takes for a WebSocket: these eight, and `onclose`, which it sets itself. */
  export interface RawChannel {
    binaryType: string;
    protocol: string;
    readonly readyState: string;
    onopen: ((event: unknown) => void) | null;
    onmessage: ((event: { data: ArrayBuffer }) => void) | null;
    onerror: ((event: unknown) => void) | null;
    onclose?: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null;
    send(bytes: Uint8Array): void;
    close(): void;
  }

  export default class RFB extends EventTarget {
    constructor(
      target: HTMLElement,
      channel: RawChannel,
      options?: { shared?: boolean; credentials?: { password?: string } },
    );
    scaleViewport: boolean;
    clipViewport: boolean;
    viewOnly: boolean;
    background: string;
    showDotCursor: boolean;
    focus(options?: FocusOptions): void;
    disconnect(): void;
    sendCtrlAltDel(): void;
    sendKey(keysym: number, code: string | null, down?: boolean): void;
  }
}
