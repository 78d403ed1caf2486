import type { ErrorCode } from '../../../core/contract/index.ts';
import type { ErrorWords } from '../en/errors.ts';

export const errors: Readonly<Record<ErrorCode, ErrorWords>> = {
  bad_input: { title: 'Dữ liệu nhập chưa đúng', remedy: 'Hãy sửa ô được đánh dấu rồi thử lại.' },
  not_found: { title: 'Không tìm thấy', remedy: 'Có thể nó vừa bị xóa.' },
  ambiguous: { title: 'Có nhiều mục trùng tên này', remedy: 'Hãy dùng ID thay cho tên.' },
  name_taken: { title: 'Tên này đã được dùng', remedy: 'Hãy chọn tên khác.' },
  conflict: { title: 'Trạng thái đã thay đổi', remedy: 'Hãy xem lại trạng thái rồi thử lại.' },
  locked: { title: 'Đang bị khóa', remedy: 'Hãy mở khóa trước.' },
  quota_exceeded: { title: 'Đã dùng hết hạn mức', remedy: 'Hãy xóa bớt hoặc tăng hạn mức.' },
  not_supported: { title: 'Chức năng này không được hỗ trợ', remedy: null },
  cancelled: { title: 'Đã hủy', remedy: null },
  internal: {
    title: 'Lỗi của Micronova',
    remedy: 'Hãy báo lỗi cho chúng tôi kèm chi tiết kỹ thuật bên dưới.',
  },
  'flavor.not_found': { title: 'Không có cấu hình này', remedy: 'Hãy chọn trong danh sách.' },
  'keypair.not_found': { title: 'Không có cặp khóa này', remedy: 'Hãy chọn trong danh sách.' },
  'keypair.bad_key': {
    title: 'Không phải khóa công khai hợp lệ',
    remedy: 'Hãy dán một dòng như trong tệp .pub.',
  },
  'keypair.private_key_pasted': {
    title: 'Đây là khóa riêng',
    remedy: 'Hãy dán nửa công khai (tệp .pub). Khóa riêng vừa dán không được lưu lại.',
  },
  'image.not_found': { title: 'Không có ảnh đĩa này', remedy: 'Hãy chọn trong danh sách.' },
  'image.not_active': { title: 'Ảnh đĩa chưa sẵn sàng', remedy: 'Hãy đợi đến khi hoàn tất.' },
  'image.bad_format': { title: 'Không phải ảnh đĩa', remedy: 'Hãy chọn ảnh đĩa dạng qcow2 hoặc raw.' },
  'image.truncated': { title: 'Ảnh đĩa bị thiếu phần cuối', remedy: 'Hãy tải lại và so mã kiểm tra.' },
  'image.has_backing_file': {
    title: 'Ảnh đĩa phụ thuộc vào tệp khác',
    remedy: 'Hãy gộp lại trước: qemu-img convert -O qcow2.',
  },
  'image.has_data_file': {
    title: 'Ảnh đĩa để dữ liệu ở tệp khác',
    remedy: 'Hãy gộp lại trước: qemu-img convert -O qcow2.',
  },
  'image.checksum_mismatch': { title: 'Bản sao bị hỏng', remedy: 'Hãy thử lại; bản hỏng không được dùng.' },
  'image.file_unreadable': {
    title: 'Không đọc được tệp',
    remedy: 'Hãy kiểm tra đường dẫn và quyền truy cập.',
  },
  'image.too_large': { title: 'Ảnh đĩa quá lớn', remedy: 'Hãy chọn cấu hình hoặc kho đĩa lớn hơn.' },
  'instance.not_found': { title: 'Không có máy ảo này', remedy: 'Có thể nó vừa bị xóa.' },
  'instance.invalid_state': {
    title: 'Không làm được ở trạng thái này',
    remedy: 'Hãy đợi, hoặc chuyển máy sang trạng thái phù hợp.',
  },
  'instance.build_failed': { title: 'Không tạo được máy ảo', remedy: 'Hãy xem bước bị lỗi.' },
  'instance.user_data_too_large': { title: 'Dữ liệu người dùng quá lớn', remedy: 'Tối đa 48 KiB.' },
  'instance.no_console': { title: 'Máy không có bảng điều khiển này', remedy: 'Hãy bật máy trước.' },
  'host.not_found': { title: 'Không có máy chủ này', remedy: 'Hãy chọn trong danh sách.' },
  'host.unavailable': { title: 'Máy chủ chưa kết nối', remedy: 'Hãy xem kết nối ở trang Máy chủ.' },
  'host.in_use': { title: 'Máy chủ đang có máy ảo', remedy: 'Hãy xóa các máy ảo đó trước.' },
  'host.disk_full': { title: 'Đĩa của máy chủ đã đầy', remedy: 'Hãy giải phóng chỗ trong kho đĩa của nó.' },
  'host.pool_missing': { title: 'Thiếu kho đĩa', remedy: 'Hãy tạo kho đĩa, hoặc chọn kho khác.' },
  'host.network_missing': { title: 'Thiếu mạng', remedy: 'Hãy tạo mạng, hoặc chọn mạng khác.' },
  'scheduler.no_valid_host': {
    title: 'Không có máy chủ nào phù hợp',
    remedy: 'Hãy xem lý do của từng máy chủ.',
  },
  'placement.concurrent_update': { title: 'Có thay đổi khác diễn ra cùng lúc', remedy: 'Hãy thử lại.' },
  'placement.no_capacity': {
    title: 'Không đủ chỗ',
    remedy: 'Hãy chọn cấu hình nhỏ hơn, hoặc giải phóng bớt.',
  },
  'transport.resolve_failed': {
    title: 'Không tìm thấy tên máy chủ',
    remedy: 'Hãy kiểm tra chính tả, hoặc dùng địa chỉ IP.',
  },
  'transport.unreachable': { title: 'Không tới được máy chủ', remedy: 'Máy có đang bật và cùng mạng không?' },
  'transport.refused': {
    title: 'Cổng này không có dịch vụ nào',
    remedy: 'Hãy kiểm tra cổng và dịch vụ sshd.',
  },
  'transport.timeout': { title: 'Máy chủ không trả lời kịp', remedy: 'Hãy kiểm tra mạng và tường lửa.' },
  'transport.not_ssh': { title: 'Cổng này không dùng SSH', remedy: 'Hãy kiểm tra cổng.' },
  'transport.closed': { title: 'Mất kết nối', remedy: 'Kết nối sẽ tự được thử lại.' },
  'transport.host_key_unknown': {
    title: 'Chưa biết khóa của máy chủ',
    remedy: 'Hãy so dấu vân tay với chính máy chủ rồi mới chấp nhận.',
  },
  'transport.host_key_changed': {
    title: 'Khóa của máy chủ đã thay đổi',
    remedy: 'Có thể có kẻ đang nghe lén. Nếu máy chủ vừa được cài lại, hãy xóa khóa cũ khỏi known_hosts.',
  },
  'transport.host_key_revoked': { title: 'Khóa của máy chủ đã bị thu hồi', remedy: 'Đừng đăng nhập vào đó.' },
  'transport.auth_failed': {
    title: 'Máy chủ không cho đăng nhập',
    remedy: 'Hãy kiểm tra tên người dùng, khóa và agent.',
  },
  'transport.passphrase_needed': { title: 'Tệp khóa có mật khẩu', remedy: 'Hãy nhập mật khẩu của khóa.' },
  'transport.passphrase_wrong': { title: 'Sai mật khẩu của khóa', remedy: 'Hãy nhập lại.' },
  'transport.key_unreadable': {
    title: 'Không đọc được tệp khóa',
    remedy: 'Hãy kiểm tra đường dẫn và định dạng.',
  },
  'transport.no_common_algorithm': {
    title: 'Không có thuật toán chung',
    remedy: 'Máy chủ chỉ có thuật toán đã lỗi thời. Hãy cập nhật sshd của nó.',
  },
  'transport.forwarding_disabled': {
    title: 'Máy chủ cấm chuyển tiếp',
    remedy: 'Hãy đặt AllowStreamLocalForwarding yes trong sshd_config.',
  },
  'transport.socket_missing': {
    title: 'Không có socket của libvirt',
    remedy: 'Hãy cài và chạy libvirt trên đó.',
  },
  'transport.socket_forbidden': {
    title: 'Người dùng này không được mở socket của libvirt',
    remedy: 'Hãy thêm người dùng vào nhóm libvirt trên máy chủ.',
  },
  'transport.jump_failed': {
    title: 'Máy trung chuyển gặp lỗi',
    remedy: 'Hãy thử đăng nhập vào đó bằng tay.',
  },
  'libvirt.protocol': {
    title: 'Câu trả lời của libvirt không hợp lệ',
    remedy: 'Hãy kiểm tra phiên bản libvirt.',
  },
  'libvirt.error': { title: 'libvirt từ chối', remedy: null },
  'libvirt.auth': {
    title: 'libvirt đòi cách đăng nhập khác',
    remedy: 'Hãy thêm người dùng vào nhóm libvirt trên máy chủ.',
  },
  'libvirt.timeout': { title: 'libvirt không trả lời kịp', remedy: 'Hãy xem máy chủ có quá tải không.' },
  'libvirt.unsupported': {
    title: 'Bản libvirt này không làm được',
    remedy: 'Hãy cập nhật libvirt trên máy chủ.',
  },
  'libvirt.not_found': { title: 'libvirt không có mục này', remedy: 'Có thể nó đã bị gỡ trên máy chủ.' },
  'state.corrupt': { title: 'Cơ sở dữ liệu bị hỏng', remedy: 'Hãy khôi phục từ bản sao lưu.' },
  'state.newer_schema': {
    title: 'Cơ sở dữ liệu thuộc bản Micronova mới hơn',
    remedy: 'Hãy cập nhật bản này.',
  },
  'state.read_only': { title: 'Không ghi được vào thư mục dữ liệu', remedy: 'Hãy kiểm tra quyền truy cập.' },
  'state.disk_full': { title: 'Đĩa của máy này đã đầy', remedy: 'Hãy giải phóng bớt; không có gì bị mất.' },
  'state.in_use': { title: 'Một Micronova khác đang dùng thư mục dữ liệu này', remedy: 'Hãy đóng nó trước.' },
  'secrets.no_safe_storage': {
    title: 'Ở đây không có chỗ an toàn để giữ bí mật',
    remedy: 'Hãy bỏ chọn “ghi nhớ”: mỗi lần cần sẽ được hỏi lại.',
  },
  'task.not_found': { title: 'Không có tác vụ này', remedy: null },
  'task.not_cancellable': { title: 'Không hủy được nữa', remedy: 'Hãy đợi đến khi xong.' },
};
