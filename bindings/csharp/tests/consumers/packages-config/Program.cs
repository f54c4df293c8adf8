internal static class Program
{
    private static void Main() => System.Console.WriteLine(typeof(Meetgate.MeetgateException).Assembly.GetName().Name);
}
