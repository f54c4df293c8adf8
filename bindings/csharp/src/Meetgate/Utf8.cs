using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Meetgate
{
    /// <summary>Text on its way to the C library and back: as bytes of UTF-8, on every system.</summary>
    internal static class Utf8
    {
        /// <summary>Refuses half a surrogate pair, which is no character.</summary>
        internal static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);

        private static readonly UTF8Encoding Replacing = new UTF8Encoding(false, false);

        /// <summary>
        /// A text with the NUL that ends it; null stays null. Half a surrogate pair becomes U+FFFD: neither a name nor a token has one,
        /// so that the C library refuses it.
        /// </summary>
        internal static byte[] Text(string text, string name) => Terminated(Replacing, text, name);

        /// <summary>
        /// JSON text with the NUL that ends it; null stays null. Half a surrogate pair becomes its escape, so that the C library names
        /// the place and refuses it.
        /// </summary>
        internal static byte[] Json(string json, string name) =>
            Terminated(Strict, json == null ? null : JsonTextWriter.WithHalvesEscaped(json), name);

        private static byte[] Terminated(Encoding encoding, string text, string name)
        {
            if (text == null)
            {
                return null;
            }
            if (text.IndexOf('\0') >= 0)
            {
                throw MeetgateException.Refused(MeetgateStatus.InvalidArgument, name + ": holds a NUL character");
            }
            byte[] bytes = new byte[encoding.GetByteCount(text) + 1];
            encoding.GetBytes(text, 0, text.Length, bytes, 0);
            return bytes;
        }

        /// <summary>Copies a C string; null for NULL.</summary>
        internal static string Copy(IntPtr text)
        {
            if (text == IntPtr.Zero)
            {
                return null;
            }
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0)
            {
                length++;
            }
            byte[] bytes = new byte[length];
            Marshal.Copy(text, bytes, 0, length);
            return Strict.GetString(bytes);
        }
    }
}
