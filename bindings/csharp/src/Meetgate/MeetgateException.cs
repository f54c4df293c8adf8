using System;

namespace Meetgate
{
    /// <summary>A call that failed.</summary>
    /// <remarks>
    /// There is a class for each <see cref="MeetgateStatus"/>, and below <see cref="MeetgateApiException"/> one for each
    /// <see cref="ErrorClass"/>. A property that does not apply is null. Where a token provider threw, its exception is the
    /// <see cref="Exception.InnerException"/>.
    /// </remarks>
    public class MeetgateException : Exception
    {
        private readonly ErrorDocument document;

        internal MeetgateException(ErrorDocument document)
            : base(document.Message, document.Cause)
        {
            this.document = document;
        }

        /// <summary>How the call ended.</summary>
        public MeetgateStatus Status => document.Status;

        /// <summary>The word of <see cref="Status"/>, the same in all languages: <c>API</c>, <c>TIMEOUT</c> and so on.</summary>
        public string StatusName => document.StatusName;

        /// <summary>The platform: <c>hst</c>, <c>youme</c> or <c>avd</c>.</summary>
        public string Platform => document.Platform;

        /// <summary>The operation, without its platform.</summary>
        public string Operation => document.Operation;

        /// <summary>The platform's own number.</summary>
        public long? Code => document.Code;

        /// <summary>
        /// The kind of failure that <see cref="Code"/> stands for: <c>not_found</c>, <c>conflict</c>, <c>forbidden</c> and so on. The
        /// error document calls it <c>class</c>. Null where the number has another meaning here, or no known meaning.
        /// </summary>
        public string ErrorClass => document.Class;

        /// <summary>The documented meaning of <see cref="Code"/>.</summary>
        public string Meaning => document.Meaning;

        /// <summary>The same in Chinese.</summary>
        public string MeaningZh => document.MeaningZh;

        /// <summary>The platform's own words. Show them, but never decide by them.</summary>
        public string PlatformMessage => document.PlatformMessage;

        /// <summary>The HTTP status.</summary>
        public int? HttpStatus => document.HttpStatus;

        /// <summary>The address that a redirect leads to, without its query.</summary>
        public string Location => document.Location;

        /// <summary>The platform's name for the request: quote it when you ask the vendor about the call (youme: <c>seq</c>).</summary>
        public string RequestId => document.RequestId;

        /// <summary>By how many seconds the platform's clock is ahead of this machine's.</summary>
        public long? ClockOffsetS => document.ClockOffsetS;

        /// <summary>How often the request of the call was sent; 0 if it was never sent.</summary>
        public int? Attempts => document.Attempts;

        /// <summary>Whether repeating the call is safe and may succeed.</summary>
        public bool Retryable => document.Retryable;

        /// <summary>How many milliseconds to wait before the call is repeated.</summary>
        public long? RetryAfterMs => document.RetryAfterMs;

        /// <summary>The platform's answer, its secrets masked.</summary>
        public JsonValue Reply => document.Reply;

        /// <summary>The beginning of an answer that is not JSON.</summary>
        public string ReplyText => document.ReplyText;

        /// <summary>The whole error document, as JSON text.</summary>
        public string Document => document.Text;

        internal static MeetgateException From(int status, string text, Exception cause = null)
        {
            var document = new ErrorDocument((MeetgateStatus)status, text, cause);
            switch (document.Status)
            {
                case MeetgateStatus.InvalidArgument:
                    return new MeetgateInvalidArgumentException(document);
                case MeetgateStatus.InvalidConfig:
                    return new MeetgateInvalidConfigException(document);
                case MeetgateStatus.Auth:
                    return document.Class == "token_dead"
                        ? new MeetgateTokenDeadException(document)
                        : new MeetgateAuthException(document);
                case MeetgateStatus.Api:
                    return FromPlatform(document);
                case MeetgateStatus.Network:
                    return new MeetgateNetworkException(document);
                case MeetgateStatus.Tls:
                    return new MeetgateTlsException(document);
                case MeetgateStatus.Timeout:
                    return new MeetgateTimeoutException(document);
                case MeetgateStatus.Http:
                    return new MeetgateHttpException(document);
                case MeetgateStatus.Protocol:
                    return new MeetgateProtocolException(document);
                case MeetgateStatus.Io:
                    return new MeetgateIOException(document);
                case MeetgateStatus.Cancelled:
                    return new MeetgateCancelledException(document);
                case MeetgateStatus.Limit:
                    return new MeetgateLimitException(document);
                case MeetgateStatus.Store:
                    return new MeetgateStoreException(document);
                case MeetgateStatus.Forked:
                    return new MeetgateForkedException(document);
                case MeetgateStatus.Internal:
                    return new MeetgateInternalException(document);
                default:
                    return new MeetgateException(document);
            }
        }

        /// <summary>
        /// The one place that makes an error document: for a mistake that only this assembly can see. The document has the members
        /// that the C library's own would have.
        /// </summary>
        internal static MeetgateException Refused(MeetgateStatus status, string message)
        {
            string word = NativeLibrary.StatusName((int)status);
            var document = new JsonObject { { "status", word }, { "message", message }, { "retryable", false } };
            return From((int)status, document.ToString());
        }

        private static MeetgateException FromPlatform(ErrorDocument document)
        {
            switch (document.Class)
            {
                case "bad_request":
                    return new MeetgateBadRequestException(document);
                case "not_found":
                    return new MeetgateNotFoundException(document);
                case "conflict":
                    return new MeetgateConflictException(document);
                case "forbidden":
                    return new MeetgateForbiddenException(document);
                case "limit":
                    return new MeetgateLimitReachedException(document);
                case "unsupported":
                    return new MeetgateUnsupportedException(document);
                case "busy":
                    return new MeetgatePlatformBusyException(document);
                case "server":
                    return new MeetgateServerException(document);
                default:
                    return new MeetgateApiException(document);
            }
        }
    }
}
