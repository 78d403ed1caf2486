export const keypairs = {
  title: 'Key pairs',
};
