using System;

namespace Meetgate
{
    /// <summary>A call that failed: what the library and the platform say about it.</summary>
    /// <remarks>
    /// There is a class for each <see cref="MeetgateStatus"/>, and below <see cref="MeetgateApiException"/> one for each kind of
    /// number a platform answers with. What does not apply is null. Where a token provider threw, its exception is the
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

        /// <summary>What that number means.</summary>
        public string Meaning => document.Meaning;

        /// <summary>What that number means, in Chinese.</summary>
        public string MeaningZh => document.MeaningZh;

        /// <summary>The platform's own words. Show them, but never decide by them.</summary>
        public string PlatformMessage => document.PlatformMessage;

        /// <summary>The HTTP status.</summary>
        public int? HttpStatus => document.HttpStatus;

        /// <summary>What the request is known by at the platform (youme: <c>seq</c>).</summary>
        public string RequestId => document.RequestId;

        /// <summary>By how many seconds the platform's clock is ahead of this machine's.</summary>
        public long? ClockOffsetS => document.ClockOffsetS;

        /// <summary>How often the request was sent.</summary>
        public int? Attempts => document.Attempts;

        /// <summary>Whether repeating the call is safe and worth a try.</summary>
        public bool Retryable => document.Retryable;

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
                    return document.Class == ErrorClass.TokenDead
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

        /// <summary>What fails without an error document of the C library, in the form that it would have.</summary>
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
                case ErrorClass.BadRequest:
                    return new MeetgateBadRequestException(document);
                case ErrorClass.NotFound:
                    return new MeetgateNotFoundException(document);
                case ErrorClass.Conflict:
                    return new MeetgateConflictException(document);
                case ErrorClass.Forbidden:
                    return new MeetgateForbiddenException(document);
                case ErrorClass.Limit:
                    return new MeetgateLimitReachedException(document);
                case ErrorClass.Unsupported:
                    return new MeetgateUnsupportedException(document);
                case ErrorClass.Busy:
                    return new MeetgatePlatformBusyException(document);
                case ErrorClass.Server:
                    return new MeetgateServerException(document);
                default:
                    // Auth and a dead token have a status of their own; here such a number has another meaning (T60).
                    return new MeetgateApiException(document);
            }
        }
    }
}
