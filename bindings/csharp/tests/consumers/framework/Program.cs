using System;
using System.Text;
using System.Threading.Tasks;
using Meetgate;

// Reads a room, at once and awaited, and asks for one that does not exist.
internal static class Program
{
    private static async Task Main(string[] arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        using var avd = new AvdClient(arguments[0]);
        Console.WriteLine(avd.Room.Read("12345123456").Data?.Topic);
        Console.WriteLine((await avd.Room.ReadAsync("12345123456")).Data?.Topic);
        try
        {
            avd.Room.Read("40400000000");
        }
        catch (MeetgateNotFoundException problem)
        {
            Console.WriteLine($"{problem.Operation} {problem.Code}");
        }
    }
}
