namespace Meetgate
{
    /// <summary>A client as the library knew it at the time of the question. A property that does not apply is null.</summary>
    public sealed class ClientInfo : ReplyObject
    {
        internal ClientInfo(JsonValue json)
            : base(json)
        {
        }

        /// <summary>The platform: <c>hst</c>, <c>youme</c> or <c>avd</c>.</summary>
        public string Platform => GetText("platform");

        /// <summary>Scheme, host and port; null where they are discovered.</summary>
        public string BaseUrl => GetText("base_url");

        /// <summary>youme: by how many seconds the platform's clock is ahead of this machine's.</summary>
        public long? ClockOffsetS => GetInteger("clock_offset_s");

        /// <summary>hst and avd: all about the token but the token itself.</summary>
        public TokenInfo Token => GetObject("token", json => new TokenInfo(json));

        /// <summary>A client's token as the library knows it. The token itself is not there.</summary>
        public sealed class TokenInfo : ReplyObject
        {
            internal TokenInfo(JsonValue json)
                : base(json)
            {
            }

            /// <summary><c>fetched</c>, <c>fixed</c> or <c>provided</c>.</summary>
            public string Source => GetText("source");

            /// <summary>Where it is shared with other processes: <c>file</c> or <c>redis</c>.</summary>
            public string Store => GetText("store");

            /// <summary>0 as long as there was none; grows with each.</summary>
            public long? Generation => GetInteger("generation");

            /// <summary>How old it is, in milliseconds.</summary>
            public long? AgeMs => GetInteger("age_ms");

            /// <summary>When it expires, in milliseconds from now; null where its lifetime is not known.</summary>
            public long? ExpiresInMs => GetInteger("expires_in_ms");

            /// <summary>Somebody else is fetching tokens for this account, or the token store fails.</summary>
            public string Warning => GetText("warning");
        }
    }
}
