using System;

namespace Meetgate
{
    /// <summary>Signatures for requests that do not go through a client. Nothing is sent. Any thread may call them at any time.</summary>
    public static class Signing
    {
        /// <summary>
        /// Makes the token with which an end user logs in to the media SDK of hst, by the algorithm of the vendor's TokenGenerator.
        /// </summary>
        /// <param name="appId">Id of the application, from the answer of <c>hst.app.create</c>.</param>
        /// <param name="appSecret">The secret that goes with it: exactly 16 bytes. It encrypts the token.</param>
        /// <param name="groupId">Id of the group; empty when left out.</param>
        /// <param name="userId">Id of the user; empty when left out.</param>
        /// <param name="expireTime">
        /// Passed through: the platform's documents do not say its unit. 0 and left out are the same.
        /// </param>
        /// <param name="timestampMs">Milliseconds since 1970 (UTC); the system's clock when left out.</param>
        /// <param name="random">0 to 2147483647; drawn when left out.</param>
        /// <returns>The token. It is a credential.</returns>
        /// <exception cref="MeetgateInvalidArgumentException">An argument cannot be right.</exception>
        public static HstUserTokenReply HstUserToken(
            string appId,
            string appSecret,
            string groupId = null,
            string userId = null,
            long? expireTime = null,
            long? timestampMs = null,
            long? random = null)
        {
            byte[] text = Text(new Parameters
            {
                { "app_id", appId },
                { "app_secret", appSecret },
                { "group_id", groupId },
                { "user_id", userId },
                { "expire_time", expireTime },
                { "timestamp_ms", timestampMs },
                { "random", random },
            });
            IntPtr reply = IntPtr.Zero;
            try
            {
                int status = NativeMethods.meetgate_hst_user_token(text, out reply);
                return new HstUserTokenReply(ClientHandle.Answer(status, reply));
            }
            finally
            {
                NativeMethods.meetgate_string_free(reply);
            }
        }

        /// <summary>Makes the checksum of a youme request, for tools that sign requests of their own.</summary>
        /// <param name="appSecret">The appsecret of your application.</param>
        /// <param name="restApiKey">The restapikey.</param>
        /// <param name="curtime">Seconds since 1970 (UTC); the system's clock when left out.</param>
        /// <returns>The checksum, and the time that it was made with.</returns>
        /// <exception cref="MeetgateInvalidArgumentException">An argument cannot be right.</exception>
        public static YoumeChecksumReply YoumeChecksum(string appSecret, string restApiKey, long? curtime = null)
        {
            byte[] text = Text(new Parameters
            {
                { "app_secret", appSecret },
                { "rest_api_key", restApiKey },
                { "curtime", curtime },
            });
            IntPtr reply = IntPtr.Zero;
            try
            {
                int status = NativeMethods.meetgate_youme_checksum(text, out reply);
                return new YoumeChecksumReply(ClientHandle.Answer(status, reply));
            }
            finally
            {
                NativeMethods.meetgate_string_free(reply);
            }
        }

        private static byte[] Text(Parameters parameters)
        {
            NativeLibrary.Check();
            return Utf8.Json(parameters.ToString(), "params");
        }
    }

    /// <summary>The result of <see cref="Signing.HstUserToken"/>.</summary>
    public sealed class HstUserTokenReply : Reply
    {
        internal HstUserTokenReply(string rawText)
            : base(rawText)
        {
        }

        /// <summary>The token: <c>001</c> and base64.</summary>
        public string UserToken => GetText("user_token");
    }

    /// <summary>The result of <see cref="Signing.YoumeChecksum"/>.</summary>
    public sealed class YoumeChecksumReply : Reply
    {
        internal YoumeChecksumReply(string rawText)
            : base(rawText)
        {
        }

        /// <summary>40 hexadecimal digits.</summary>
        public string Checksum => GetText("checksum");

        /// <summary>The time, as the query carries it.</summary>
        public string Curtime => GetText("curtime");
    }
}
