using System;

namespace Meetgate
{
    /// <summary>The C library's error document.</summary>
    internal sealed class ErrorDocument
    {
        internal readonly MeetgateStatus Status;
        internal readonly string StatusName;
        internal readonly string Text;
        internal readonly string Message;
        internal readonly string Platform;
        internal readonly string Operation;
        internal readonly long? Code;
        internal readonly string Class;
        internal readonly string Meaning;
        internal readonly string MeaningZh;
        internal readonly string PlatformMessage;
        internal readonly int? HttpStatus;
        internal readonly string Location;
        internal readonly string RequestId;
        internal readonly long? ClockOffsetS;
        internal readonly int? Attempts;
        internal readonly bool Retryable;
        internal readonly long? RetryAfterMs;
        internal readonly JsonValue Reply;
        internal readonly string ReplyText;

        /// <summary>The exception that the program's own code threw inside the call, or null.</summary>
        internal readonly Exception Cause;

        internal ErrorDocument(MeetgateStatus status, string text, Exception cause)
        {
            Status = status;
            Cause = cause;
            StatusName = NativeLibrary.StatusName((int)status);
            Text = text;
            JsonValue json;
            try
            {
                json = JsonValue.Parse(text ?? "{}");
            }
            catch (FormatException)
            {
                // A reply inside it may be more than this runtime's reader takes. The status holds all the same.
                Message = text;
                return;
            }
            Message = Member(json, "message") ?? StatusName;
            Platform = Member(json, "platform");
            Operation = Member(json, "operation");
            Code = Number(json, "code");
            Class = Member(json, "class");
            Meaning = Member(json, "meaning");
            MeaningZh = Member(json, "meaning_zh");
            PlatformMessage = Member(json, "platform_message");
            HttpStatus = (int?)Number(json, "http_status");
            Location = Member(json, "location");
            RequestId = Member(json, "request_id");
            ClockOffsetS = Number(json, "clock_offset_s");
            Attempts = (int?)Number(json, "attempts");
            JsonValue retryable = json["retryable"];
            Retryable = retryable != null && retryable.AsBoolean() == true;
            RetryAfterMs = Number(json, "retry_after_ms");
            Reply = json["reply"];
            ReplyText = Member(json, "reply_text");
        }

        private static string Member(JsonValue json, string name) => json[name] == null ? null : json[name].AsText();

        private static long? Number(JsonValue json, string name) => json[name] == null ? null : json[name].AsInteger();
    }
}
