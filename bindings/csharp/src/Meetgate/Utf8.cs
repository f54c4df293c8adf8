using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Meetgate
{
    /// <summary>Text on its way to the C library and back: UTF-8 by bytes, whatever the system's own encoding.</summary>
    internal static class Utf8
    {
        /// <summary>Replaces nothing: what is not a character is refused.</summary>
        internal static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);

        /// <summary>A text with the NUL that ends it; null stays null.</summary>
        internal static byte[] Terminated(string text, string name)
        {
            if (text == null)
            {
                return null;
            }
            if (text.IndexOf('\0') >= 0)
            {
                throw MeetgateException.Refused(MeetgateStatus.InvalidArgument, name + ": a NUL inside a text");
            }
            try
            {
                byte[] bytes = new byte[Strict.GetByteCount(text) + 1];
                Strict.GetBytes(text, 0, text.Length, bytes, 0);
                return bytes;
            }
            catch (EncoderFallbackException)
            {
                throw MeetgateException.Refused(
                    MeetgateStatus.InvalidArgument, name + ": half a surrogate pair, which is no character");
            }
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
