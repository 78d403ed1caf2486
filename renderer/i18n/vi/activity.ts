import type { Catalogue } from '../catalogue.ts';

export const activity: Catalogue['activity'] = {
  title: 'Hoạt động',
  state: {
    queued: 'Đang chờ',
    running: 'Đang chạy',
    done: 'Xong',
    failed: 'Thất bại',
    cancelled: 'Đã hủy',
  },
};
