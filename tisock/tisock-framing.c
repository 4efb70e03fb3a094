/* tisock-framing.c: how a stream of bytes is divided into frames
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-framing-private.h"

#include <string.h>

/**
 * TisockFraming:
 *
 * How a stream of bytes is divided into frames.
 *
 * TCP carries bytes, not messages: what was written at once may come in pieces, and
 * what was written in pieces may come at once. A framing says where one message ends
 * and the next one begins, and [method@TCPSocket.read_frame],
 * [method@TCPSocket.receive_frame_async] and [method@TCPSocket.write_frame] read and
 * write messages by it:
 *
 * ```c
 * static void
 * data_available_cb (TisockTCPSocket *socket,
 *                    TisockFraming   *framing)
 * {
 *   GBytes *frame;
 *
 *   while ((frame = tisock_tcp_socket_read_frame (socket, framing, NULL)) != NULL)
 *     {
 *       tisock_tcp_socket_write_frame_bytes (socket, framing, frame, NULL);
 *       g_bytes_unref (frame);
 *     }
 * }
 * ```
 *
 * A frame is the data alone; what is around them on the wire is put there and taken
 * away:
 *
 * | made by | on the wire |
 * |---|---|
 * | [ctor@Framing.new_delimiter] | the data, a delimiter that is not in them |
 * | [ctor@Framing.new_fixed_size] | the data, always of the same length |
 * | [ctor@Framing.new_length_prefix] | the length in 1, 2, 4 or 8 bytes, the data |
 * | [ctor@Framing.new_varint] | the length as a varint, the data |
 * | [ctor@Framing.new_netstring] | the length in digits, `:`, the data, `,` |
 *
 * Nothing of it depends on a socket: [method@Framing.encode] and
 * [method@Framing.decode] do the same with bytes of any origin. One framing may serve
 * any number of sockets, of any thread as long as
 * [property@Framing:maximum-frame-size] is not changed meanwhile.
 *
 * Since: 1.0
 */

#define DEFAULT_MAXIMUM (16 * 1024 * 1024)

struct _TisockFraming
{
  GObject            parent_instance;

  TisockFrameFormat  format;
};

typedef enum
{
  PROP_MAXIMUM_FRAME_SIZE = 1,
} TisockFramingProperty;

static GParamSpec *properties[PROP_MAXIMUM_FRAME_SIZE + 1];

G_DEFINE_FINAL_TYPE (TisockFraming, tisock_framing, G_TYPE_OBJECT)

const TisockFrameFormat *
tisock_framing_get_format (TisockFraming *self)
{
  return &self->format;
}

static void
tisock_framing_finalize (GObject *object)
{
  TisockFraming *self = TISOCK_FRAMING (object);

  g_clear_pointer (&self->format.delimiter, g_bytes_unref);

  G_OBJECT_CLASS (tisock_framing_parent_class)->finalize (object);
}

static void
tisock_framing_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  TisockFraming *self = TISOCK_FRAMING (object);

  switch ((TisockFramingProperty) prop_id)
    {
    case PROP_MAXIMUM_FRAME_SIZE:
      g_value_set_uint64 (value, tisock_framing_get_maximum_frame_size (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
tisock_framing_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  TisockFraming *self = TISOCK_FRAMING (object);

  switch ((TisockFramingProperty) prop_id)
    {
    case PROP_MAXIMUM_FRAME_SIZE:
      tisock_framing_set_maximum_frame_size (self, g_value_get_uint64 (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
tisock_framing_class_init (TisockFramingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tisock_framing_finalize;
  object_class->get_property = tisock_framing_get_property;
  object_class->set_property = tisock_framing_set_property;

  /**
   * TisockFraming:maximum-frame-size: (getter get_maximum_frame_size)
   *   (setter set_maximum_frame_size)
   *
   * How many bytes of data a frame may have.
   *
   * A longer one is neither made nor read, but is
   * [error@Tisock.SocketError.FRAME_TOO_LARGE]. It is also what a peer can make a
   * socket hold in memory, since a frame is kept until it is whole. The default is
   * 16 MiB; 0 is no limit. Frames of a fixed size have no other limit than that.
   *
   * Since: 1.0
   */
  properties[PROP_MAXIMUM_FRAME_SIZE] =
    g_param_spec_uint64 ("maximum-frame-size", NULL, NULL, 0, G_MAXUINT64, DEFAULT_MAXIMUM,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
tisock_framing_init (TisockFraming *self)
{
  self->format.kind = TISOCK_FRAME_NETSTRING;
  self->format.maximum = DEFAULT_MAXIMUM;
}

static TisockFraming *
new_of_kind (TisockFrameKind kind)
{
  TisockFraming *self = g_object_new (TISOCK_TYPE_FRAMING, NULL);

  self->format.kind = kind;

  return self;
}

/**
 * tisock_framing_new_delimiter:
 * @delimiter: (array length=length) (element-type guint8): what ends a frame
 * @length: how many bytes the delimiter has, at least one
 *
 * Makes a framing by a delimiter, such as a line feed or a NUL byte.
 *
 * Data that would be taken for the delimiter cannot be written; that is
 * [error@Gio.IOErrorEnum.INVALID_ARGUMENT].
 *
 * Returns: (transfer full): a new framing
 *
 * Since: 1.0
 */
TisockFraming *
tisock_framing_new_delimiter (const guint8 *delimiter,
                              gsize         length)
{
  TisockFraming *self;

  g_return_val_if_fail (delimiter != NULL && length > 0, NULL);

  self = new_of_kind (TISOCK_FRAME_DELIMITED);
  self->format.delimiter = g_bytes_new (delimiter, length);

  return self;
}

/**
 * tisock_framing_new_fixed_size:
 * @size: how many bytes each frame has, at least one
 *
 * Makes a framing of frames that all have the same size.
 *
 * Nothing is added to them. Data of another length cannot be written; that is
 * [error@Gio.IOErrorEnum.INVALID_ARGUMENT].
 *
 * Returns: (transfer full): a new framing
 *
 * Since: 1.0
 */
TisockFraming *
tisock_framing_new_fixed_size (gsize size)
{
  TisockFraming *self;

  g_return_val_if_fail (size > 0 && size <= G_MAXSSIZE, NULL);

  self = new_of_kind (TISOCK_FRAME_FIXED);
  self->format.fixed_size = size;

  return self;
}

/**
 * tisock_framing_new_length_prefix:
 * @size: how many bytes the length takes: 1, 2, 4 or 8
 * @byte_order: the order of these bytes; the network's is
 *   `G_DATA_STREAM_BYTE_ORDER_BIG_ENDIAN`
 *
 * Makes a framing by a length before the data, which counts the data only.
 *
 * What is longer than the length can say cannot be written; that is
 * [error@Tisock.SocketError.FRAME_TOO_LARGE].
 *
 * Returns: (transfer full): a new framing
 *
 * Since: 1.0
 */
TisockFraming *
tisock_framing_new_length_prefix (guint                size,
                                  GDataStreamByteOrder byte_order)
{
  TisockFraming *self;

  g_return_val_if_fail (size == 1 || size == 2 || size == 4 || size == 8, NULL);

  self = new_of_kind (TISOCK_FRAME_PREFIXED);
  self->format.prefix_size = size;
  self->format.byte_order = G_BYTE_ORDER;
  if (byte_order == G_DATA_STREAM_BYTE_ORDER_BIG_ENDIAN)
    self->format.byte_order = G_BIG_ENDIAN;
  else if (byte_order == G_DATA_STREAM_BYTE_ORDER_LITTLE_ENDIAN)
    self->format.byte_order = G_LITTLE_ENDIAN;

  return self;
}

/**
 * tisock_framing_new_varint:
 *
 * Makes a framing by a length before the data, as Protocol Buffers delimit messages.
 *
 * The length is a varint (LEB128): seven bits a byte, the lowest first, and the
 * eighth bit set in each byte but the last. One that does not fit into 64 bits is
 * [error@Gio.IOErrorEnum.INVALID_DATA].
 *
 * Returns: (transfer full): a new framing
 *
 * Since: 1.0
 */
TisockFraming *
tisock_framing_new_varint (void)
{
  return new_of_kind (TISOCK_FRAME_VARINT);
}

/**
 * tisock_framing_new_netstring:
 *
 * Makes a framing by netstrings: `5:hello,`.
 *
 * A length with leading zeros, or what has no colon or comma in its place, is
 * [error@Gio.IOErrorEnum.INVALID_DATA].
 *
 * Returns: (transfer full): a new framing
 *
 * Since: 1.0
 */
TisockFraming *
tisock_framing_new_netstring (void)
{
  return new_of_kind (TISOCK_FRAME_NETSTRING);
}

/**
 * tisock_framing_get_maximum_frame_size: (get-property maximum-frame-size)
 * @self: the framing
 *
 * Gets how many bytes of data a frame may have.
 *
 * Returns: the number of bytes; 0 is no limit
 *
 * Since: 1.0
 */
guint64
tisock_framing_get_maximum_frame_size (TisockFraming *self)
{
  g_return_val_if_fail (TISOCK_IS_FRAMING (self), 0);

  return self->format.maximum;
}

/**
 * tisock_framing_set_maximum_frame_size: (set-property maximum-frame-size)
 * @self: the framing
 * @maximum_frame_size: the number of bytes; 0 is no limit
 *
 * Sets how many bytes of data a frame may have.
 *
 * Since: 1.0
 */
void
tisock_framing_set_maximum_frame_size (TisockFraming *self,
                                       guint64        maximum_frame_size)
{
  g_return_if_fail (TISOCK_IS_FRAMING (self));

  if (self->format.maximum == maximum_frame_size)
    return;

  self->format.maximum = maximum_frame_size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAXIMUM_FRAME_SIZE]);
}

/* Returns where the next part begins. */
static guint8 *
put (guint8       *place,
     const guint8 *data,
     gsize         length)
{
  if (length > 0)
    memcpy (place, data, length);

  return place + length;
}

/**
 * tisock_framing_encode:
 * @self: the framing
 * @data: (array length=length) (element-type guint8) (nullable): the data
 * @length: how many bytes there are; 0 is valid
 * @error: return location for an error
 *
 * Makes a frame of data.
 *
 * Fails with [error@Tisock.SocketError.FRAME_TOO_LARGE] beyond
 * [property@Framing:maximum-frame-size], and with
 * [error@Gio.IOErrorEnum.INVALID_ARGUMENT] for data of which this framing cannot make
 * a frame.
 *
 * Returns: (transfer full): what goes over the wire; `NULL` on error
 *
 * Since: 1.0
 */
GBytes *
tisock_framing_encode (TisockFraming  *self,
                       const guint8   *data,
                       gsize           length,
                       GError        **error)
{
  TisockEnvelope envelope;
  guint8 *frame, *end;
  gsize size;

  g_return_val_if_fail (TISOCK_IS_FRAMING (self), NULL);
  g_return_val_if_fail (data != NULL || length == 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!tisock_frame_wrap (&self->format, data, length, &envelope, error))
    return NULL;

  size = envelope.head_length + length + envelope.tail_length;
  frame = g_malloc (size);
  end = put (frame, envelope.head, envelope.head_length);
  end = put (end, data, length);
  put (end, envelope.tail, envelope.tail_length);

  return g_bytes_new_take (frame, size);
}

/**
 * tisock_framing_decode:
 * @self: the framing
 * @bytes: what has come over the wire
 * @offset: where in @bytes the frame begins
 * @end: (out): where the next one begins; @offset if this one is not whole
 * @error: return location for an error
 *
 * Gets the data of a frame.
 *
 * They are a part of @bytes, not a copy. Fails with
 * [error@Tisock.SocketError.FRAME_TOO_LARGE] and
 * [error@Gio.IOErrorEnum.INVALID_DATA], as [method@TCPSocket.read_frame] does.
 *
 * Returns: (transfer full) (nullable): the data, perhaps none; `NULL` without an
 *   error if the frame is not whole
 *
 * Since: 1.0
 */
GBytes *
tisock_framing_decode (TisockFraming  *self,
                       GBytes         *bytes,
                       gsize           offset,
                       gsize          *end,
                       GError        **error)
{
  const guint8 *data;
  gsize length, searched = 0;
  TisockChunk chunk = { NULL };
  TisockByteQueue queue = { NULL };
  TisockScanResult result;
  TisockFrame frame;

  g_return_val_if_fail (end != NULL, NULL);

  *end = offset;
  g_return_val_if_fail (TISOCK_IS_FRAMING (self), NULL);
  g_return_val_if_fail (bytes != NULL && offset <= g_bytes_get_size (bytes), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  data = g_bytes_get_data (bytes, &length);
  tisock_byte_queue_lend (&queue, &chunk, (guint8 *) data + offset, length - offset);
  result = tisock_frame_find (&self->format, &queue, 0, &searched, &frame);
  if (result == TISOCK_SCAN_FOUND)
    {
      *end = offset + tisock_frame_get_size (&frame);
      return g_bytes_new_from_bytes (bytes, offset + frame.head, (gsize) frame.length);
    }

  if (result != TISOCK_SCAN_MORE)
    g_propagate_error (error, tisock_frame_make_error (&self->format, &frame, result));

  return NULL;
}
