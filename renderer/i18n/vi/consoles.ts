import type { Catalogue } from '../catalogue.ts';

export const consoles: Catalogue['consoles'] = {
  state: {
    off: 'Đã tắt',
    connecting: 'Đang kết nối…',
    open: 'Đã kết nối',
    ended: 'Mất kết nối',
  },
  off: 'Máy ảo đang tắt.',
  ended: 'Bảng điều khiển bị ngắt. Kết nối sẽ tự được thử lại.',
  reconnect: 'Kết nối lại ngay',
  find: 'Tìm…',
  paste: 'Dán',
  full: 'Toàn màn hình',
  leaveFull: 'Thoát toàn màn hình (F11)',
  scale: 'Vừa khung',
  ctrlAltDel: 'Ctrl-Alt-Del',
  type: 'Gõ từ bảng tạm',
  typeHint: 'Gõ nội dung bảng tạm vào máy, như trên bàn phím Mỹ',
};
